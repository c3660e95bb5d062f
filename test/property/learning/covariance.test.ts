import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../lib/learning/random.js';
import {
  type Covariance,
  covarianceFromBytes,
  covarianceToBytes,
  emptyCovariance,
  mergeCovariances,
  rowCovariance,
} from '../../../lib/learning/scores/covariance.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 150 };
const world = fc.record({
  seed: fc.nat(1e9),
  rows: fc.integer({ min: 1, max: 80 }),
  columns: fc.integer({ min: 1, max: 15 }),
  weighted: fc.boolean(),
});

function makeRows(seed: number, rows: number, columns: number) {
  const random = new Random('moments', [seed]);
  return {
    values: Float32Array.from({ length: rows * columns }, (_, i) => 1000 * (i % 3) + random.unit()),
    weights: Float64Array.from({ length: rows }, () => random.unit() - 0.3),
    mask: Uint8Array.from({ length: rows }, () => (random.below(4) === 0 ? 0 : 1)),
  };
}

function near(found: Covariance, expected: Covariance): void {
  assert.equal(found.rows, expected.rows);
  const pairs = [
    [found.mean, expected.mean],
    [found.products, expected.products],
  ] as const;
  for (const [left, right] of pairs) {
    left.forEach((value, i) => {
      assert.ok(
        Math.abs(value - right[i]!) <= 1e-9 * (1 + Math.abs(right[i]!)),
        `${i}: ${value}, ${right[i]}`,
      );
    });
  }
}

test('merging is associative and commutative to rounding, and has the same bits each time', () => {
  fc.assert(
    fc.property(world, fc.nat(100), fc.nat(100), ({ seed, rows, columns, weighted }, first, second) => {
      const { values, weights, mask } = makeRows(seed, rows, columns);
      const [low, high] = [first % (rows + 1), second % (rows + 1)].sort((a, b) => a - b) as [number, number];
      const part = (from: number, to: number) =>
        rowCovariance(
          values.subarray(from * columns, to * columns),
          to - from,
          columns,
          mask.subarray(from, to),
          weighted ? weights.subarray(from, to) : undefined,
        );
      const [a, b, c] = [part(0, low), part(low, high), part(high, rows)];
      const left = mergeCovariances(mergeCovariances(a, b), c);
      near(left, part(0, rows));
      near(mergeCovariances(a, mergeCovariances(b, c)), left);
      near(mergeCovariances(mergeCovariances(c, b), a), left);
      const again = mergeCovariances(mergeCovariances(part(0, low), part(low, high)), part(high, rows));
      assert.deepEqual(covarianceToBytes(again), covarianceToBytes(left));
      assert.deepEqual(covarianceFromBytes(covarianceToBytes(left), columns), left);
    }),
    runs,
  );
});

test('the merge of a set with no rows has its bits', () => {
  const { values } = makeRows(4, 20, 5);
  const some = rowCovariance(values, 20, 5);
  for (const merged of [
    mergeCovariances(some, emptyCovariance(5)),
    mergeCovariances(emptyCovariance(5), some),
  ])
    assert.deepEqual(covarianceToBytes(merged), covarianceToBytes(some));
});
