import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type ShareMember, shareOut } from '../../../lib/kafka/share-out.js';

/** Members with what they had, which may be nonsense: partitions that are gone, or claimed twice. */
const members = fc.uniqueArray(
  fc.record({ id: fc.string({ minLength: 1, maxLength: 4 }), owned: fc.uniqueArray(fc.nat(12)) }),
  { selector: ({ id }) => id, minLength: 1, maxLength: 8 },
);

test('every partition goes to one member, and nobody has two more than another', () => {
  fc.assert(
    fc.property(members, fc.nat(20), (group, count) => {
      const shares = shareOut(group, count);
      assert.deepEqual(
        [...shares.values()].flat().sort((a, b) => a - b),
        Array.from({ length: count }, (_, partition) => partition),
      );
      const sizes = group.map(({ id }) => shares.get(id)!.length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
});

test('the order of the members does not matter', () => {
  fc.assert(
    fc.property(members, fc.nat(20), (group, count) => {
      assert.deepEqual(shareOut([...group].reverse(), count), shareOut(group, count));
    }),
  );
});

/** Lets a group meet with what its last meeting gave. */
function meetAgain(ids: readonly string[], shares: ReadonlyMap<string, readonly number[]>, count: number) {
  const group: ShareMember[] = ids.map((id) => ({ id, owned: shares.get(id) ?? [] }));
  return shareOut(group, count);
}

test('who stays keeps what the fair shares allow: no more moves than must', () => {
  const ids = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 7 });
  fc.assert(
    fc.property(ids, ids, fc.nat(30), (before, after, count) => {
      const first = meetAgain(before, new Map(), count);
      assert.deepEqual(meetAgain(before, first, count), first, 'nothing moves where nobody comes or goes');
      const second = meetAgain(after, first, count);
      const least = Math.floor(count / after.length);
      for (const [id, owned] of first) {
        const now = second.get(id);
        if (now === undefined) continue;
        const kept = now.filter((partition) => owned.includes(partition)).length;
        assert.ok(kept >= Math.min(owned.length, least), `${id} kept ${kept} of ${owned.length}`);
      }
    }),
  );
});
