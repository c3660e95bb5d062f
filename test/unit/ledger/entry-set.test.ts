import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { EntrySet } from '../../../services/ledger/entry-set.js';

test('holds what was added, once, however many', () => {
  const places = fc.array(fc.oneof(fc.integer({ min: 0, max: 8191 }), fc.integer({ min: 0, max: 20 })), {
    maxLength: 2000,
  });
  fc.assert(
    fc.property(places, (added) => {
      const set = new EntrySet();
      const expected = new Set<number>();
      for (const place of added) {
        assert.equal(set.add(place), !expected.has(place));
        expected.add(place);
      }
      assert.equal(set.size, expected.size);
      for (let place = 0; place < 8192; place += 1) assert.equal(set.has(place), expected.has(place));
    }),
    { numRuns: 60 },
  );
});

test('holds all places of a block', () => {
  const set = new EntrySet();
  for (let place = 8191; place >= 0; place -= 1) assert.ok(set.add(place));
  assert.equal(set.size, 8192);
  assert.ok(!set.add(4000));
});
