import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { bindRows, expandScaled } from '../../../lib/learning/expand.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { type Moments, mergeTree, rowMoments } from '../../../lib/learning/moments.js';
import { defaultScalerOptions, freezeScaler } from '../../../lib/learning/scaler.js';
import type { SparseRows } from '../../../lib/learning/sparse-rows.js';

interface Golden {
  readonly columns: number;
  readonly patterns: readonly (readonly number[])[];
  readonly pattern: readonly number[];
  readonly values: readonly number[];
  readonly weights: readonly number[];
  readonly mask: readonly number[];
  readonly filled: readonly number[];
  readonly minimum: readonly number[];
  readonly maximum: readonly number[];
  readonly mean: readonly number[];
  readonly variance: readonly number[];
  readonly scale: readonly number[];
  readonly weighted_mean: readonly number[];
  readonly weighted_variance: readonly number[];
  readonly numpy_weighted_mean: readonly number[];
  readonly numpy_weighted_variance: readonly number[];
  readonly standard: readonly (readonly number[])[];
  readonly minmax: readonly (readonly number[])[];
}

const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/learning/scaler.json'), 'utf8'),
) as Golden;

/** Rows first..last of the golden file. */
function rowsOf(first: number, last: number): SparseRows {
  const patterns = golden.patterns.map((columns) => Int32Array.from(columns));
  const lengths = golden.pattern.map((which) => patterns[which]!.length);
  const start = lengths.slice(0, first).reduce((sum, length) => sum + length, 0);
  const offsets = new Int32Array(last - first + 1);
  for (let row = first; row < last; row++) offsets[row - first + 1] = offsets[row - first]! + lengths[row]!;
  return {
    rows: last - first,
    columns: golden.columns,
    pattern: Int32Array.from(golden.pattern.slice(first, last)),
    patterns,
    offsets,
    values: Float32Array.from(golden.values.slice(start, start + offsets[last - first]!)),
  };
}

const count = golden.pattern.length;
const mask = Uint8Array.from(golden.mask);
const weights = Float32Array.from(golden.weights);

function momentsInBlocks(size: number, weighted: boolean): Moments {
  const blocks: Moments[] = [];
  for (let first = 0; first < count; first += size) {
    const last = Math.min(count, first + size);
    const part = weighted ? weights.subarray(first, last) : undefined;
    blocks.push(rowMoments(rowsOf(first, last), mask.subarray(first, last), part));
  }
  return mergeTree(blocks, golden.columns);
}

function near(actual: ArrayLike<number>, expected: readonly number[], what: string, scale = 1): void {
  assert.equal(actual.length, expected.length);
  for (const [column, value] of expected.entries()) {
    const tolerance = 1e-9 * Math.max(Math.abs(value), scale * 1e-6);
    assert.ok(
      Math.abs(actual[column]! - value) <= tolerance,
      `${what}, column ${column}: ${actual[column]}, expected ${value}`,
    );
  }
}

function variance(moments: Moments): Float64Array {
  return moments.m2.map((value) => value / moments.weight);
}

for (const size of [count, 128, 37, 1]) {
  test(`moments of blocks of ${size} rows equal scikit-learn's`, () => {
    const moments = momentsInBlocks(size, false);
    assert.equal(
      moments.rows,
      golden.mask.reduce((sum, bit) => sum + bit, 0),
    );
    assert.equal(moments.weight, moments.rows);
    assert.deepEqual([...moments.filled], golden.filled);
    assert.deepEqual([...moments.minimum], golden.minimum);
    assert.deepEqual([...moments.maximum], golden.maximum);
    near(moments.mean, golden.mean, 'mean');
    near(variance(moments), golden.variance, 'variance');
  });

  test(`weighted moments of blocks of ${size} rows equal numpy's and scikit-learn's`, () => {
    const moments = momentsInBlocks(size, true);
    near(moments.mean, golden.numpy_weighted_mean, 'mean');
    near(variance(moments), golden.numpy_weighted_variance, 'variance');
    near(moments.mean, golden.weighted_mean, 'mean');
    near(variance(moments), golden.weighted_variance, 'variance');
  });
}

for (const type of ['standard', 'minmax'] as const) {
  test(`the ${type} scaler with every column through the network transforms as scikit-learn's`, () => {
    const moments = momentsInBlocks(64, false);
    const options = { ...defaultScalerOptions, type, constantColumns: 'through' } as const;
    const kinds = Array.from({ length: golden.columns }, () => 'gev');
    const scaler = freezeScaler(moments, kinds, options);
    if (type === 'standard') near(scaler.divisor, golden.scale, 'scale');
    assert.equal(scaler.trained.length, golden.columns);
    const plan = planExpansion(scaler);
    const bound = bindRows(plan, rowsOf(0, count));
    const expected = golden[type];
    const out = new Float32Array(expected.length * golden.columns);
    expandScaled(bound, 0, expected.length, out);
    for (const [row, values] of expected.entries()) {
      for (const [column, value] of values.entries()) {
        const actual = out[row * golden.columns + column]!;
        // The output is float32, so it can be no nearer than half of its last digit.
        assert.ok(
          Math.abs(actual - value) <= 1e-9 + 6e-8 * Math.abs(value),
          `row ${row} column ${column}: ${actual}, expected ${value}`,
        );
      }
    }
  });
}
