import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import type { NamedFile } from '../../../lib/learning/files.js';
import { Random } from '../../../lib/learning/random.js';
import { rowCovariance } from '../../../lib/learning/scores/covariance.js';
import { HighLevelScorer } from '../../../lib/learning/scores/high-level-scorer.js';
import { searchSource } from '../../../lib/learning/scores/neighbours/search-wasm.js';
import { rankAverage } from '../../../lib/learning/scores/rank-average.js';
import { readSketch } from '../../../lib/learning/scores/read-sketch.js';
import {
  freezeReference,
  referenceFileNames,
  referenceFiles,
  referenceFromFiles,
} from '../../../lib/learning/scores/reference.js';
import { ReferenceSample } from '../../../lib/learning/scores/reference-sample.js';
import { expectError } from './expect-error.js';

const names = ['a', 'b', 'c', 'd'];
const columns = names.length;

/** The third column is the sum of the first two, the fourth does not vary. */
function training(rows: number) {
  const random = new Random('training', [rows]);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const [a, b] = [random.unit(), 10 * random.unit()];
    values.set([a, b, a + b, 7], row * columns);
  }
  const sample = new ReferenceSample({ size: 50, columns, weighting: 'uniform', seed: 0 });
  sample.add({
    rows,
    values,
    hashHigh: Uint32Array.from({ length: rows }, () => random.next()),
    hashLow: new Uint32Array(rows),
    source: 'one',
    entries: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
  });
  return { values, sample, moments: rowCovariance(values, rows, columns) };
}

function frozen(rows = 100) {
  const { sample, moments } = training(rows);
  return freezeReference(names, moments, sample);
}

function asMap(files: readonly NamedFile[]): Map<string, Uint8Array> {
  return new Map(files.map(({ name, bytes }) => [name, bytes]));
}

test('a reference read from its files is the one that was written', () => {
  const reference = frozen();
  const files = asMap(referenceFiles(reference));
  assert.deepEqual([...files.keys()], [...referenceFileNames]);
  assert.deepEqual(referenceFromFiles(files, 'model', names), reference);
});

test('a reference with damaged files is refused, with the file named', () => {
  const files = asMap(referenceFiles(frozen()));
  const changed = (name: string, change: (text: string) => string) =>
    new Map(files).set(name, Buffer.from(change(Buffer.from(files.get(name)!).toString('utf8'))));
  const refused = (map: Map<string, Uint8Array>, message: RegExp) =>
    expectError(() => referenceFromFiles(map, 'model', names), 'model_corrupt', message);
  const [json, bin] = referenceFileNames;
  refused(new Map(), /model lacks the file high_level\.json/);
  refused(new Map([[json, files.get(json)!]]), /lacks the file high_level\.bin/);
  refused(new Map(files).set(bin, files.get(bin)!.subarray(4)), /high_level\.bin is 796 bytes long/);
  refused(
    changed(json, (text) => text.replace('"a"', '"z"')),
    /high_level\.json is of the features \["z"/,
  );
  refused(
    changed(json, (text) => text.replace('"neighbours": 10', '"neighbours": 50')),
    /50 rows for 50/,
  );
  refused(
    changed(json, (text) => text.replace(/"deviation": \[\s*[\d.]+/, '"deviation": [0')),
    /deviation that is not positive/,
  );
  refused(
    changed(json, (text) => text.replace(/"mean": \[\s*[\d.]+,/, '"mean": [')),
    /mean is not a list of 4/,
  );
  const notFinite = files.get(bin)!.slice();
  notFinite.set([0, 0, 0xc0, 0x7f], 8);
  refused(new Map(files).set(bin, notFinite), /holds no finite number/);
});

test('too few training events for the neighbours are refused', () => {
  assert.equal(frozen(11).rows, 11);
  expectError(() => frozen(10), 'reference_too_small', /10 training events are too few.* at least 11/);
});

test('dependent and constant features leave distances finite, and what breaks them is far away', () => {
  const reference = frozen();
  assert.equal(reference.deviation[3], 1);
  const scorer = new HighLevelScorer(reference);
  const values = Float32Array.of(0.5, 5, 5.5, 7, 0.5, 5, 6.5, 7, 0.5, 5, 5.5, 9);
  const [mahalanobis, knn] = [new Float64Array(3), new Float64Array(3)];
  scorer.score(values, 3, { mahalanobis, knn });
  assert.ok(mahalanobis[0]! < 1, `inside: ${mahalanobis[0]}`);
  assert.ok(mahalanobis[1]! > 100, `off the line: ${mahalanobis[1]}`);
  assert.ok(Math.abs(Math.hypot(mahalanobis[0]!, 2) - mahalanobis[2]!) < 1e-9, `${mahalanobis}`);
  assert.ok(knn[2]! > 1.9 && knn[0]! < 1, `${knn}`);
});

test('what a row gets does not depend on the rows beside it, and only what is asked for is written', () => {
  const { values } = training(700);
  const scorer = new HighLevelScorer(frozen());
  const whole = new Float64Array(700);
  scorer.score(values, 700, { knn: whole });
  const one = new Float64Array(3).fill(-1);
  scorer.score(values.subarray(650 * columns), 1, { mahalanobis: one }, 1);
  assert.deepEqual([one[0], one[2]], [-1, -1]);
  assert.ok(one[1]! > 0);
  scorer.score(values.subarray(650 * columns), 1, { knn: one }, 1);
  assert.deepEqual([...one], [-1, whole[650], -1]);
});

test('a rank average is the mean of the ranks', () => {
  const [low, high] = [new QuantileSketch(), new QuantileSketch()];
  for (let k = 0; k < 10; k++) {
    low.add(k, 1);
    high.add(1000 * k, -2);
  }
  const out = new Float64Array(4).fill(9);
  rankAverage([Float64Array.of(0, 4.5), Float64Array.of(9000, 4500)], [low, high], 2, out, 1);
  assert.deepEqual([...out], [9, 0.5, 0.5, 9]);
});

test('a damaged sketch is refused', () => {
  const sketch = new QuantileSketch();
  for (let k = 0; k < 5; k++) sketch.add(k, 1);
  const json = sketch.toJson();
  for (const damage of [
    { shift: -1 },
    { weights: [1] },
    { weights: [1, 1, 1, 1, 0] },
    { keys: [1, 2, 3, 0, 4] },
    { maximum: 100 },
    { capacity: 4 },
    { minimum: null },
  ]) {
    expectError(() => readSketch({ ...json, ...damage }, 'ranks.json'), 'model_corrupt', /ranks\.json/);
  }
  expectError(() => readSketch(null, 'ranks.json'), 'model_corrupt', /is not a quantile sketch/);
});

test('an empty sketch has no rank, and values without weight leave it empty', () => {
  const sketch = new QuantileSketch();
  sketch.add(3, 0);
  assert.ok(Number.isNaN(sketch.rank(3)));
  assert.equal(sketch.total, 0);
  assert.deepEqual(readSketch(sketch.toJson(), 'empty').toJson(), sketch.toJson());
});

test('the WebAssembly was built from the C file beside it', () => {
  const source = readFileSync(join(packageRoot, 'lib/learning/scores/neighbours/search.c'));
  assert.equal(createHash('sha256').update(source).digest('hex'), searchSource);
});
