import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { blockEntries } from '../../../lib/flow/ranges.js';
import { madeTimes, planLoad, stretchesOf } from '../../../services/amplify/load/load-plan.js';

const parents = fc
  .array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 6 })
  .filter((entries) => entries.some((count) => count > 0));

test('a plan makes exactly the events ordered, every parent as often as its share', () => {
  fc.assert(
    fc.property(parents, fc.integer({ min: 1, max: 400_000 }), (entries, events) => {
      const total = entries.reduce((sum, count) => sum + count, 0);
      const made = entries.map(() => 0);
      const copies = entries.map(() => 0);
      let index = 0;
      for (const file of planLoad(entries, events)) {
        assert.equal(file.parent, index % entries.length, 'parents take turns');
        assert.equal(file.firstCopy, copies[file.parent], 'copies follow each other');
        assert.ok(file.entries <= file.copies * entries[file.parent]!);
        made[file.parent]! += file.entries;
        copies[file.parent]! += file.copies;
        index += 1;
      }
      assert.equal(
        made.reduce((sum, count) => sum + count, 0),
        events,
      );
      for (const [parent, count] of entries.entries())
        assert.ok(Math.abs(made[parent]! - (events * count) / total) <= 1, 'the mixture stays');
    }),
  );
});

test('blocks are as large as those of real files, and the mixture comes soon', () => {
  const entries = [3000, 500, 1500];
  const sizes = [...planLoad(entries, 1_000_000)].filter(({ parent }) => parent === 1);
  assert.deepEqual(
    sizes.slice(0, 6).map(({ copies }) => copies),
    [1, 2, 4, 8, 16, 17],
  );
  assert.ok(sizes.slice(5, -1).every((file) => file.entries >= blockEntries));
});

test('a plan without end has no end, and none without events', () => {
  const endless = planLoad([10, 0], undefined);
  let events = 0;
  for (let file = 0; file < 5000; file += 1) events += endless.next().value!.entries;
  assert.ok(events > 1e7);
  assert.deepEqual([...planLoad([0, 0], 10)], []);
});

test('weights are divided by how often events are made', () => {
  const file = { parent: 0, firstCopy: 7, copies: 8, entries: 80 };
  assert.equal(madeTimes(file, 20, 50), 2.5);
  assert.equal(madeTimes(file, 20, undefined), 15);
});

test('stretches are the copies of the parent, one behind the other', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.nat(9),
      fc.nat(300),
      fc.nat(200),
      (parent, firstCopy, first, count) => {
        const entries = stretchesOf(firstCopy, parent, first, count).flatMap((stretch) =>
          Array.from({ length: stretch.count }, (_, index) => [stretch.copy, stretch.first + index]),
        );
        const expected = Array.from({ length: count }, (_, index) => [
          firstCopy + Math.floor((first + index) / parent),
          (first + index) % parent,
        ]);
        assert.deepEqual(entries, expected);
      },
    ),
  );
});
