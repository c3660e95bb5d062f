import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { planReads } from '../../../../lib/columnar/root/plan.js';

test('every basket is covered by one read and found at its place in the arena', () => {
  const basket = fc.record({ seek: fc.nat(3_000_000), bytes: fc.integer({ min: 1, max: 60_000 }) });
  fc.assert(
    fc.property(fc.array(basket, { maxLength: 60 }), (baskets) => {
      const wanted = baskets.map((one) => ({ ...one, arenaAt: -1 }));
      const { reads, arenaBytes } = planReads(wanted);
      let filled = 0;
      for (const read of reads) {
        assert.equal(read.arenaAt, filled);
        filled += read.bytes;
      }
      assert.equal(arenaBytes, filled);
      for (const { seek, bytes, arenaAt } of wanted) {
        const read = reads.find(
          (one) =>
            one.seek <= seek &&
            seek + bytes <= one.seek + one.bytes &&
            arenaAt === one.arenaAt + seek - one.seek,
        );
        assert.ok(read !== undefined);
      }
    }),
  );
});

test('neighbours are read together, distant baskets are not', () => {
  const wanted = [
    { seek: 1000, bytes: 500, arenaAt: 0 },
    { seek: 1500, bytes: 700, arenaAt: 0 },
    { seek: 3000, bytes: 100, arenaAt: 0 },
    { seek: 500_000, bytes: 100, arenaAt: 0 },
  ];
  const { reads } = planReads(wanted);
  assert.deepEqual(
    reads.map(({ seek, bytes }) => [seek, bytes]),
    [
      [1000, 2100],
      [500_000, 100],
    ],
  );
});
