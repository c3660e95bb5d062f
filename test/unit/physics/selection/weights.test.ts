import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isCorrupt, medianAbsWeight } from '../../../../lib/physics/selection/index.js';

/** The definition, by a full sort. */
function bySort(weights: Float64Array): number {
  const kept = weights
    .map(Math.abs)
    .filter((value) => value > 0 && Number.isFinite(value))
    .sort();
  if (kept.length === 0) return Number.NaN;
  const middle = kept.length >> 1;
  return kept.length % 2 === 1 ? kept[middle]! : kept[middle - 1]! + (kept[middle]! - kept[middle - 1]!) / 2;
}

test('the median equals that of a full sort, ties, zeros and infinities included', () => {
  const weight = fc.oneof(
    fc.double(),
    fc.constantFrom(0, 1, 1, -1, Number.NaN, Number.NEGATIVE_INFINITY),
    fc.float({ min: -3, max: 3 }),
  );
  // Long lists too: short ones never reach the partition.
  const lists = fc.oneof(fc.array(weight), fc.array(weight, { minLength: 17, maxLength: 300, size: 'max' }));
  fc.assert(
    fc.property(lists, (list) => {
      const weights = Float64Array.from(list);
      const kept = weights.slice();
      assert.equal(medianAbsWeight(weights), bySort(weights));
      assert.deepEqual(weights, kept);
    }),
  );
});

test('inputs in order, in reverse, equal and in organ-pipe order end quickly and exactly', () => {
  const size = 100_001;
  const shapes = [
    (k: number) => k + 1,
    (k: number) => size - k,
    () => 1,
    (k: number) => Math.min(k, size - k) + 1,
  ];
  for (const shape of shapes) {
    const weights = Float64Array.from({ length: size }, (_, k) => shape(k));
    assert.equal(medianAbsWeight(weights), bySort(weights));
  }
});

test('a sample is corrupt above one in a thousand, and from five on', () => {
  assert.equal(isCorrupt(4, 10, 1e-3, 5), false);
  assert.equal(isCorrupt(5, 5000, 1e-3, 5), false);
  assert.equal(isCorrupt(6, 5000, 1e-3, 5), true);
  assert.equal(isCorrupt(12, 960, 1e-3, 5), true);
});
