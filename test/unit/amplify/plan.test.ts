import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { madeFractions, planStretches, repeats } from '../../../services/amplify/plan.js';

test('stretches make each entry as often as `repeats` says, in whole passes first', () => {
  const files = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      files,
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 20 }),
      (entries, events, size) => {
        fc.pre(entries.some((count) => count > 0));
        const made = entries.map((count) => new Array<number>(count).fill(0));
        let total = 0;
        let lastCopy = 0;
        for (const { file, copy, first, count } of planStretches(entries, events, size)) {
          assert.ok(count > 0 && count <= size && copy >= lastCopy);
          lastCopy = copy;
          total += count;
          for (let entry = first; entry < first + count; entry += 1) {
            assert.equal(made[file]![entry], copy, 'copies of an entry come one pass after the other');
            made[file]![entry]! += 1;
          }
        }
        assert.equal(total, events);
        const expected = repeats(entries, events);
        made.forEach((times, file) => {
          const { whole, rest } = expected[file]!;
          times.forEach((number, entry) => {
            assert.equal(number, whole + (entry < rest ? 1 : 0));
          });
        });
      },
    ),
  );
});

test('fractions: by weight, over all parts of a production, by entries where weights vanish', () => {
  const file = { entries: 10, whole: 2, rest: 0, allWeight: 5, restWeight: 0, sumWeights: 100 };
  assert.deepEqual(madeFractions([file]), [2]);
  // Three entries more, with weight -1 + 2 + 2 = 3 of 5.
  assert.deepEqual(madeFractions([{ ...file, rest: 3, restWeight: 3 }]), [2.6]);
  // Two parts of one production (SumWeights 100), the first made once more: (2 x 5 + 5 + 2 x 5) / 10.
  const parts = [{ ...file, rest: 10, restWeight: 5 }, file, { ...file, sumWeights: 7, whole: 1 }];
  assert.deepEqual(madeFractions(parts), [2.5, 2.5, 1]);
  assert.deepEqual(madeFractions([{ ...file, allWeight: 0, rest: 5 }]), [2.5]);
});
