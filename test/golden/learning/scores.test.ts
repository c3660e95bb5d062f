import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import {
  covarianceMatrix,
  mergeCovariances,
  rowCovariance,
} from '../../../lib/learning/scores/covariance.js';
import { HighLevelScorer } from '../../../lib/learning/scores/high-level-scorer.js';
import { freezeReference } from '../../../lib/learning/scores/reference.js';
import { ReferenceSample } from '../../../lib/learning/scores/reference-sample.js';

interface Golden {
  readonly columns: number;
  readonly neighbours: number;
  readonly reference_rows: number;
  readonly train: readonly number[];
  readonly weights: readonly number[];
  readonly queries: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly covariance: readonly number[];
  readonly weighted_mean: readonly number[];
  readonly weighted_covariance: readonly number[];
  readonly mahalanobis: readonly number[];
  readonly knn: readonly number[];
  readonly values: readonly number[];
  readonly value_weights: readonly number[];
  readonly probes: readonly number[];
  readonly ranks: readonly number[];
  readonly hashes: readonly string[];
  readonly seed: number;
  readonly drawn: { readonly uniform: readonly number[]; readonly abs: readonly number[] };
}

const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/learning/scores.json'), 'utf8'),
) as Golden;
const { columns } = golden;
const train = Float32Array.from(golden.train);
const rows = train.length / columns;

function allNear(
  found: ArrayLike<number>,
  expected: readonly number[],
  relative: number,
  absolute: number,
  what: string,
): void {
  assert.equal(found.length, expected.length, what);
  expected.forEach((value, index) => {
    const limit = relative * Math.abs(value) + absolute;
    assert.ok(Math.abs(found[index]! - value) <= limit, `${what} ${index}: ${found[index]}, not ${value}`);
  });
}

/** Moments of all training rows, block by block. */
function moments(block: number, weighted: boolean) {
  const parts = [];
  for (let from = 0; from < rows; from += block) {
    const values = train.subarray(from * columns, (from + block) * columns);
    const weights = Float64Array.from(golden.weights.slice(from, from + block));
    parts.push(
      rowCovariance(values, values.length / columns, columns, undefined, weighted ? weights : undefined),
    );
  }
  return parts.reduce(mergeCovariances);
}

test('mean and covariance, merged from blocks, are those of StandardScaler and numpy.cov', () => {
  for (const block of [7, 100, 1000]) {
    const plain = moments(block, false);
    allNear(plain.mean, golden.mean, 1e-12, 1e-12, 'mean');
    allNear(covarianceMatrix(plain), golden.covariance, 1e-10, 1e-12, 'covariance');
    const weighted = moments(block, true);
    allNear(weighted.mean, golden.weighted_mean, 1e-12, 1e-12, 'weighted mean');
    allNear(covarianceMatrix(weighted), golden.weighted_covariance, 1e-10, 1e-12, 'weighted covariance');
  }
});

test("distances are those of scipy's mahalanobis and scikit-learn's NearestNeighbors", () => {
  const sample = new ReferenceSample({
    size: golden.reference_rows,
    columns,
    weighting: 'uniform',
    seed: 3,
  });
  sample.add({
    rows: golden.reference_rows,
    values: train,
    hashHigh: Uint32Array.from({ length: rows }, (_, row) => Math.imul(row, 2654435761)),
    hashLow: new Uint32Array(rows),
    source: 'golden',
    entries: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
  });
  const names = Array.from({ length: columns }, (_, column) => `feature ${column}`);
  const reference = freezeReference(names, moments(64, false), sample, golden.neighbours);
  allNear(reference.deviation, golden.scale, 1e-12, 0, 'deviation');
  const queries = Float32Array.from(golden.queries);
  const count = queries.length / columns;
  const [mahalanobis, knn] = [new Float64Array(count), new Float64Array(count)];
  new HighLevelScorer(reference).score(queries, count, { mahalanobis, knn });
  allNear(mahalanobis, golden.mahalanobis, 1e-8, 0, 'mahalanobis');
  // Coordinates may differ in their last float32 bit, where means differ in their last float64 bit.
  allNear(knn, golden.knn, 1e-7, 0, 'knn');
});

test('ranks of few values are the weighted mid-ranks of numpy', () => {
  const sketch = new QuantileSketch();
  golden.values.forEach((value, row) => {
    sketch.add(value, golden.value_weights[row]!);
  });
  const found = golden.probes.map((probe) => sketch.rank(probe));
  allNear(found, golden.ranks, 1e-12, 1e-15, 'rank');
  assert.equal(sketch.resolution, 0);
});

test('events are drawn in the order of the keys in docs/physics.md', () => {
  const hashes = golden.hashes.map(BigInt);
  for (const weighting of ['uniform', 'abs'] as const) {
    const sample = new ReferenceSample({ size: 40, columns: 1, weighting, seed: golden.seed });
    sample.add({
      rows: hashes.length,
      values: Float32Array.from(hashes, (_, row) => row),
      hashHigh: Uint32Array.from(hashes, (hash) => Number(hash >> 32n)),
      hashLow: Uint32Array.from(hashes, (hash) => Number(hash & 0xffffffffn)),
      source: 'golden',
      entries: BigInt64Array.from(hashes, (_, row) => BigInt(row)),
      weights: Float64Array.from(golden.weights.slice(0, hashes.length)),
    });
    assert.deepEqual([...sample.result().values], golden.drawn[weighting].slice(0, 40), weighting);
  }
});
