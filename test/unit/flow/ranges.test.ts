import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { blockEntries, planRanges } from '../../../lib/flow/ranges.js';

test('ranges cover every entry of every source once, in order, from block starts', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(200_000), { maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      (entries, blocks) => {
        const next = entries.map(() => 0);
        for (const { source, first, count } of planRanges(entries, blocks * blockEntries)) {
          assert.equal(first, next[source]);
          assert.equal(first % blockEntries, 0);
          assert.ok(count >= 1 && count <= blocks * blockEntries);
          next[source] = first + count;
        }
        assert.deepEqual(next, entries);
      },
    ),
  );
});

test('a range size that cuts blocks is refused', () => {
  assert.throws(() => planRanges([10], 1000), { code: 'internal_invariant' });
});
