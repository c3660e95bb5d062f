import assert from 'node:assert/strict';
import test from 'node:test';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import {
  type Model,
  modelFileNames,
  modelFileNamesOf,
  modelFiles,
  modelFromFiles,
} from '../../../lib/learning/model.js';
import { missingFrom, rankKey } from '../../../lib/learning/model-scoring.js';
import type { ScorePlan, ScoreSpec } from '../../../lib/learning/score-plan.js';
import { madeDescription } from '../../support/made-model.js';
import { expectError } from './expect-error.js';
import { makeRows, smallSetup } from './fixtures.js';

const { scaler, plan, network, start } = smallSetup(makeRows(4, 300, 20));
const usual = Float64Array.from({ length: plan.width }, (_, column) => 1 / (3 + column));

function sketchOf(values: readonly number[]): QuantileSketch {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value, 0.5 + Math.abs(value));
  return sketch;
}

const knn: ScoreSpec = {
  type: 'knn',
  column: 'near',
  neighbours: 2,
  referenceEvents: 5,
  referenceWeighting: 'uniform',
};
const scoring = {
  reference: {
    names: ['a', 'b'],
    mean: Float64Array.of(1, 2),
    deviation: Float64Array.of(0.5, 3),
    factor: Float64Array.of(1, 0, 0.25, 0.9),
    neighbours: 2,
    rows: 4,
    values: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8.5),
  },
  referenceEvents: 5,
  referenceWeighting: 'uniform' as const,
  members: [{ seed: 8, parameters: start.parameters.map((values) => values.map((value) => -value)), usual }],
  ranks: [{ key: rankKey(knn, 'near'), sketch: sketchOf([1, 1, 2.5, 1e-9]) }],
};
const model: Model = {
  network,
  scaler,
  parameters: start.parameters,
  usual,
  usualFloor: 0.01,
  scoring,
  ...madeDescription(scaler.columns),
};

const read = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  new Map(files.map(({ name, bytes }) => [name, Buffer.from(bytes)]));

test('what scores are made from survives a model folder, and each part is in the id', () => {
  const { id, files } = modelFiles(model);
  const folder = read(files);
  assert.deepEqual(new Set(modelFileNamesOf(folder.get('model.json')!)), new Set(folder.keys()));
  const back = modelFromFiles(folder, 'm');
  assert.equal(back.id, id);
  const { ranks, ...rest } = back.model.scoring!;
  const { ranks: made, ...wanted } = scoring;
  assert.deepEqual(rest, wanted);
  assert.deepEqual(
    ranks.map(({ key, sketch }) => [key, sketch.toJson()]),
    made.map(({ key, sketch }) => [key, sketch.toJson()]),
  );
  assert.deepEqual(modelFiles(back.model), { id, files });
  const ids = new Set([id, modelFiles({ ...model, scoring: { ...scoring, members: [] } }).id]);
  ids.add(modelFiles({ ...model, scoring: { ...scoring, ranks: [] } }).id);
  ids.add(modelFiles({ ...model, scoring: { ...scoring, referenceEvents: 6 } }).id);
  assert.equal(ids.size, 4);
});

test('a model that is trained for the scores of its network alone has the files it always had', () => {
  const { scoring: _, ...plain } = model;
  const { files } = modelFiles(plain);
  assert.deepEqual(new Set(files.map(({ name }) => name)), new Set(modelFileNames));
  // A stray file of another model beside it is not taken for its own.
  const folder = read([...modelFiles(model).files, ...files]);
  assert.equal(modelFromFiles(folder, 'm').model.scoring, undefined);
});

test('a part that is missing or damaged is named', () => {
  const { files } = modelFiles(model);
  for (const { name } of files) {
    const folder = read(files);
    folder.delete(name);
    expectError(() => modelFromFiles(folder, 'm'), 'model_corrupt', new RegExp(`lacks the file ${name}`));
    if (name === 'model.json') continue;
    const changed = read(files);
    changed.get(name)![3]! ^= 1;
    expectError(() => modelFromFiles(changed, 'm'), 'model_corrupt', new RegExp(`m/${name} has`));
  }
});

test('an index never leads out of its folder', () => {
  const index = JSON.stringify({ files: { '../secret': {}, 'a/b': {}, 'ranks.json': {} } });
  assert.deepEqual(modelFileNamesOf(Buffer.from(index)), [...modelFileNames, 'ranks.json']);
  assert.deepEqual(modelFileNamesOf(Buffer.from('{')), modelFileNames);
});

const planOf = (...specs: ScoreSpec[]): ScorePlan => ({
  specs: [{ type: 'error', column: 'error' }, ...specs],
  error: 'error',
  written: [],
});

test('what a model lacks for other scores is said in words', () => {
  const ranked: ScoreSpec = { type: 'rank_average', column: 'r', of: ['near', 'error'] };
  const ensemble: ScoreSpec = { type: 'ensemble', column: 'e', spread: 's', of: 'error', members: 3 };
  assert.deepEqual(missingFrom(scoring, planOf(knn, { ...ensemble, members: 2 })), []);
  assert.deepEqual(missingFrom(scoring, planOf({ ...knn, column: 'other', referenceEvents: 3 })), []);
  assert.deepEqual(missingFrom(scoring, planOf(knn, ranked)), ['ranks of error (error)']);
  assert.deepEqual(missingFrom(scoring, planOf({ ...knn, referenceEvents: 6 })), [
    'near: 6 reference events (it has 5)',
  ]);
  assert.deepEqual(missingFrom(scoring, planOf({ ...knn, neighbours: 4 })), [
    'near: more than 4 reference events (it has 4)',
  ]);
  assert.deepEqual(missingFrom(scoring, planOf({ ...knn, referenceWeighting: 'abs' })), [
    'near: a reference of weighting abs (it has uniform)',
  ]);
  assert.deepEqual(missingFrom(scoring, planOf(ensemble)), ['e: 3 networks (it has 2)']);
  // Ranks of other neighbours are ranks of something else.
  assert.deepEqual(missingFrom(scoring, planOf({ ...knn, neighbours: 3 }, ranked)), [
    'ranks of error (error)',
    'ranks of near (knn of 3 among 5, uniform)',
  ]);
  assert.deepEqual(missingFrom(undefined, planOf(knn, { type: 'mahalanobis', column: 'm' }, ranked)), [
    'near: 5 reference events (it has 0)',
    'm: moments of the high-level features',
    'ranks of error (error)',
    'ranks of near (knn of 2 among 5, uniform)',
  ]);
  assert.deepEqual(missingFrom(undefined, planOf()), []);
});
