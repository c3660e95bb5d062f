import assert from 'node:assert/strict';
import test from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import { type Backend, initialState, type Trainer } from '../../../../lib/learning/backend.js';
import { type ClipDescription, noClipping, plainTraining } from '../../../../lib/learning/loss.js';
import { type Activation, buildNetwork } from '../../../../lib/learning/network.js';
import { openTestBackend, testedBackends } from '../../../support/learning-backends.js';
import { leaky } from '../fixtures.js';
import { batchFor, columns, parametersFor, rows, type TrainCase, trainCases } from './cases.js';
import { differentiated, lossOf } from './reference.js';

const backends = await Promise.all(
  testedBackends()
    .filter((name) => name.startsWith('tfjs'))
    .map(openTestBackend),
);
const [backend] = backends as [Backend];
const caseNamed = (wanted: string) => trainCases.find(({ name }) => name === wanted)!;
const penalised = caseNamed('penalties and dropout');
const variational = caseNamed('variational');

function trainerOf({ network, loss }: TrainCase, clip = noClipping, on = backend): Promise<Trainer> {
  const start = initialState(parametersFor(network));
  return on.createTrainer(network, start, { batch: rows, threads: 1, loss, clip });
}

/** After the first step m = 0.1 g. */
function gradientsOf(trainer: Trainer): Float32Array[] {
  return trainer.state().first.map((values) => values.map((value) => value / 0.1));
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, share: number, what: string) {
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
  const worst = Array.from(expected).reduce(
    (most, value, at) => Math.max(most, Math.abs(value - actual[at]!)),
    0,
  );
  assert.equal(actual.length, expected.length, what);
  assert.ok(worst <= share * largest, `${what}: off by ${worst} of ${largest}`);
}

for (const item of trainCases) {
  const { name, network, loss } = item;
  const batch = batchFor(network);
  const expected = differentiated(network, loss, batch, parametersFor(network));

  for (const on of backends) {
    test(`${name} on ${on.name}: loss and gradients are those of differences in float64`, async () => {
      const trainer = await trainerOf(item, noClipping, on);
      assertNear([await trainer.step(batch, 1e-3)], [expected.loss], 1e-5, 'loss');
      for (const [index, gradient] of gradientsOf(trainer).entries()) {
        assertNear(gradient, expected.gradients[index]!, 1e-5, network.parameters[index]!.name);
      }
      await trainer.release();
    });
  }

  test(`${name}: the loss alone has neither noise nor penalties`, async () => {
    const calm = network.layers.map((layer) => ({
      ...layer,
      dropout: 0,
      penalties: { kernelL1: 0, kernelL2: 0, activityL1: 0, activityL2: 0 },
    }));
    const still = network.noise.filter(({ kind }) => kind === 'normal');
    const silence = { ...batch, noise: still.map(({ width }) => new Float32Array(rows * width)) };
    const trainer = await trainerOf(item);
    const alone = await trainer.evaluate(batch.x, batch.weights);
    const parameters = parametersFor(network).map((values) => Float64Array.from(values));
    const wanted = lossOf({ ...network, layers: calm, noise: still }, loss, silence, parameters);
    assertNear([alone], [wanted], 1e-5, 'loss');
    await trainer.release();
  });
}

test('gradients are clipped by value, by the norm of each and by that of all', async () => {
  const { network, loss } = penalised;
  const batch = batchFor(network);
  const { gradients } = differentiated(network, loss, batch, parametersFor(network));
  const norm = (list: readonly Float64Array[]) =>
    Math.sqrt(list.reduce((sum, values) => values.reduce((all, value) => all + value * value, sum), 0));
  const norms = gradients.map((values) => norm([values])).sort((a, b) => a - b);
  const middle = norms[norms.length >> 1]!;
  const short = (values: Float64Array, length: number, limit: number) =>
    values.map((value) => value * Math.min(1, limit / length));
  const all = norm(gradients);
  const expected: [ClipDescription, Float64Array[]][] = [
    [
      { type: 'value', limit: 0.01 },
      gradients.map((values) => values.map((value) => Math.max(-0.01, Math.min(0.01, value)))),
    ],
    [{ type: 'norm', limit: middle }, gradients.map((values) => short(values, norm([values]), middle))],
    [{ type: 'global_norm', limit: all / 3 }, gradients.map((values) => short(values, all, all / 3))],
    [{ type: 'global_norm', limit: all * 3 }, gradients],
  ];
  for (const [clip, wanted] of expected) {
    const trainer = await trainerOf(penalised, clip);
    await trainer.step(batch, 1e-3);
    gradientsOf(trainer).forEach((gradient, index) => {
      assertNear(gradient, wanted[index]!, 1e-5, `${clip.type} ${index}`);
    });
    await trainer.release();
  }
});

test('errors by column are weighted sums over the batch', async () => {
  const item = variational;
  const { x, weights } = batchFor(item.network);
  const trainer = await trainerOf(item);
  const reconstructor = await backend.createReconstructor(item.network, trainer.state().parameters, {
    batch: rows,
    threads: 1,
  });
  const output = (await reconstructor.reconstruct(x)).slice();
  const expected = new Float64Array(columns).fill(1);
  output.forEach((value, at) => {
    expected[at % columns]! += weights[Math.floor(at / columns)]! * (value - x[at]!) ** 2;
  });
  const sums = new Float64Array(columns).fill(1);
  await trainer.addColumnErrors(x, weights, sums);
  assertNear(sums, expected, 1e-6, 'sums');
  await reconstructor.release();
  await trainer.release();
});

test('a restored state goes on with the same bits', async () => {
  const item = variational;
  const one = await trainerOf(item);
  const losses: number[] = [];
  for (let step = 1; step <= 3; step++) await one.step(batchFor(item.network, step), 1e-2);
  const middle = one.state();
  for (let step = 4; step <= 6; step++) losses.push(await one.step(batchFor(item.network, step), 1e-2));
  const two = await trainerOf(item);
  two.restore(middle);
  assert.deepEqual(two.state(), middle);
  assert.equal(two.steps, 3);
  const again: number[] = [];
  for (let step = 4; step <= 6; step++) again.push(await two.step(batchFor(item.network, step), 1e-2));
  assert.deepEqual(again, losses);
  assert.deepEqual(two.state(), one.state());
  await one.release();
  await two.release();
});

for (const type of ['relu', 'leakyrelu', 'tanh', 'sigmoid', 'linear'] as const) {
  test(`weights that are no numbers give no numbers through ${type}`, async () => {
    const activation: Activation = type === 'leakyrelu' ? leaky : { type };
    const layers = [
      { units: 3, activation },
      { units: 'columns' as const, activation },
    ];
    const network = buildNetwork({ name: 'lost', inputActivation: activation, layers }, columns);
    const { x, weights } = batchFor(network);
    const parameters = parametersFor(network);
    parameters[0]!.fill(Number.NaN);
    for (const on of backends) {
      const options = { batch: rows, threads: 1, ...plainTraining };
      const trainer = await on.createTrainer(network, initialState(parameters), options);
      assert.equal(await trainer.evaluate(x, weights), Number.NaN, on.name);
      assert.equal(await trainer.step({ x, weights, noise: [] }, 1e-3), Number.NaN, on.name);
      await trainer.release();
      const scorer = await on.createScorer(network, parameters, new Float32Array(columns).fill(1), options);
      for (const values of Object.values(await scorer.score(x)))
        assert.ok((values as Float32Array).every(Number.isNaN), on.name);
      await scorer.release();
    }
  });
}

test('no tensor is left behind by steps, scores or what was released', async () => {
  const before = tf.memory().numTensors;
  for (const item of trainCases) {
    const { network } = item;
    const batch = batchFor(network);
    const trainer = await trainerOf(item, { type: 'global_norm', limit: 0.1 });
    const scorer = await backend.createScorer(network, parametersFor(network), new Float32Array(columns), {
      batch: rows,
      threads: 1,
    });
    const round = async () => {
      await trainer.step(batch, 1e-3);
      await trainer.evaluate(batch.x, batch.weights);
      await trainer.addColumnErrors(batch.x, batch.weights, new Float64Array(columns));
      trainer.restore(trainer.state());
      await scorer.score(batch.x);
    };
    await round();
    const held = tf.memory().numTensors;
    assert.ok(held > before);
    for (let repeat = 0; repeat < 5; repeat++) await round();
    assert.equal(tf.memory().numTensors, held, item.name);
    await trainer.release();
    await scorer.release();
    assert.equal(tf.memory().numTensors, before, item.name);
  }
});
