import assert from 'node:assert/strict';
import test from 'node:test';
import * as ort from 'onnxruntime-node';
import { initialState, type Trainer, type TrainerOptions } from '../../../lib/learning/backend.js';
import { checkpointFiles, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { startPlateau } from '../../../lib/learning/learning-rate.js';
import { type LossDescription, plainTraining } from '../../../lib/learning/loss.js';
import { modelFiles, modelFromFiles } from '../../../lib/learning/model.js';
import { buildNetwork, type LayerDescription, type Network } from '../../../lib/learning/network.js';
import { vaeSmall } from '../../../lib/learning/network-presets.js';
import { NoiseSource } from '../../../lib/learning/noise.js';
import { Random } from '../../../lib/learning/random.js';
import { startLoop } from '../../../lib/learning/train-megaset.js';
import { leaky, makeRows, smallSetup, tanh } from './fixtures.js';

const columns = 12;
const batch = 64;
const { backend } = await findBackend('onnxruntime-node', backendCandidates(2));

/** A variational network with everything that acts in training alone. */
const layers: LayerDescription[] = [
  { units: 10, activation: leaky, dropout: 0.2, activityL1: 0.01, activityL2: 0.02, kernelL1: 1e-3 },
  { units: 4, activation: { type: 'linear' }, kind: 'gaussian' },
  { units: 10, activation: tanh, dropout: 0.3, kernelL2: 1e-3 },
  { units: 'columns', activation: { type: 'sigmoid' } },
];
const network = buildNetwork({ name: 'all', inputActivation: tanh, layers }, columns);

function uniform(seed: number, count: number): Float32Array {
  const random = new Random('vae', [seed]);
  return Float32Array.from({ length: count }, () => random.unit());
}

function create(of: Network, options: Partial<TrainerOptions> = {}): Promise<Trainer> {
  const start = initialState(initialParameters(of, 3));
  return backend.createTrainer(of, start, { batch, threads: 1, ...plainTraining, ...options });
}

/** Takes `steps` steps with the noise that belongs to them. */
async function train(trainer: Trainer, steps: number, rows = batch): Promise<number[]> {
  const noise = new NoiseSource(trainer.network, 5, trainer.batch);
  const x = new Float32Array(trainer.batch * columns);
  const weights = new Float32Array(trainer.batch);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    x.set(uniform(trainer.steps, rows * columns));
    weights.set(uniform(1000 + trainer.steps, rows));
    noise.fill(trainer.steps + 1);
    losses.push(await trainer.step({ x, weights, noise: noise.arrays }, 0.01));
  }
  return losses;
}

test('mistake 1 of the earlier implementation: a checkpoint restores encoder and decoder, to the bit', async () => {
  const whole = await create(network);
  await train(whole, 9);

  const first = await create(network);
  await train(first, 4);
  const files = checkpointFiles({
    configurationHash: 'c',
    scalerId: 's',
    backend,
    network,
    state: first.state(),
    position: { seed: 5, pass: 0, megaset: 1 },
    loop: startLoop(startPlateau(0.01)),
    record: {},
  });
  const read = checkpointFromFiles(new Map(files.map(({ name, bytes }) => [name, bytes])), 'checkpoint');
  assert.deepEqual(read.network, network);
  assert.deepEqual(read.state, first.state());
  // Nothing of encoder (layers 1 and 2) or decoder (3 and 4) is as it was before the first step.
  const before = initialParameters(network, 3);
  for (const [index, { name }] of network.parameters.entries())
    assert.notDeepEqual(read.state.parameters[index], before[index], name);

  const second = await backend.createTrainer(read.network, read.state, {
    batch,
    threads: 1,
    ...plainTraining,
  });
  await train(second, 5);
  assert.deepEqual(second.state(), whole.state());
  for (const trainer of [whole, first, second]) await trainer.release();
});

test('two threads give the bits of one, whatever the clipping', async () => {
  const big = buildNetwork({ ...vaeSmall, layers: [layers[0]!, ...vaeSmall.layers] }, columns);
  for (const of of [network, big])
    for (const clip of ['none', 'norm', 'global_norm'] as const) {
      const options = { clip: { type: clip, limit: 0.1 }, batch: 1024 };
      const one = await create(of, { ...options, threads: 1 });
      const two = await create(of, { ...options, threads: 2 });
      assert.deepEqual(await train(two, 3), await train(one, 3));
      assert.deepEqual(two.state(), one.state());
      for (const trainer of [one, two]) await trainer.release();
    }
});

const featureWeights = uniform(1, columns);
const losses: readonly LossDescription[] = [
  { type: 'mse', delta: 1, beta: 2 },
  { type: 'mae', delta: 1, beta: 1 },
  { type: 'huber', delta: 0.1, beta: 1, featureWeights },
  { type: 'bce', delta: 1, beta: 0, featureWeights },
];
for (const loss of losses) {
  test(`a row of weight 0 contributes nothing to ${loss.type}, whatever it holds`, async () => {
    const real = 40;
    const x = uniform(1, batch * columns);
    const other = x.slice();
    other.set(
      uniform(2, (batch - real) * columns).map((value) => 50 * value - 20),
      real * columns,
    );
    const weights = uniform(3, batch).fill(0, real);
    const noise = new NoiseSource(network, 5, batch);
    noise.fill(1);
    const results = [];
    for (const rows of [x, other]) {
      const trainer = await create(network, { loss });
      const alone = await trainer.evaluate(rows, weights);
      const sums = new Float64Array(columns);
      await trainer.addColumnErrors(rows, weights, sums);
      const value = await trainer.step({ x: rows, weights, noise: noise.arrays }, 0.01);
      results.push({ alone, sums, value, state: trainer.state() });
      await trainer.release();
    }
    assert.deepEqual(results[1], results[0]);
  });

  test(`a padded batch has the ${loss.type} loss of its real rows alone, penalties and divergence included`, async () => {
    const real = 16;
    const short = await create(network, { loss, batch: real });
    const padded = await create(network, { loss });
    const noise = new NoiseSource(network, 5, batch);
    noise.fill(1);
    const x = new Float32Array(batch * columns);
    x.set(uniform(4, real * columns));
    const weights = new Float32Array(batch).fill(batch / real, 0, real);
    const long = await padded.step({ x, weights, noise: noise.arrays }, 0.01);
    const part = {
      x: x.slice(0, real * columns),
      weights: new Float32Array(real).fill(1),
      noise: noise.arrays.map((array) => array.slice(0, (array.length / batch) * real)),
    };
    const value = await short.step(part, 0.01);
    assert.ok(Math.abs(long / value - 1) < 1e-6, `${long}, ${value}`);
    const expected = short.state().first;
    for (const [index, gradient] of padded.state().first.entries()) {
      const largest = expected[index]!.reduce((most, item) => Math.max(most, Math.abs(item)), 0);
      gradient.forEach((item, at) => {
        assert.ok(Math.abs(item - expected[index]![at]!) < 1e-5 * largest);
      });
    }
    for (const trainer of [short, padded]) await trainer.release();
  });
}

test('without a step nothing is random, and the loss is that of the mean without penalties', async () => {
  const trainer = await create(network);
  const x = uniform(1, batch * columns);
  const weights = new Float32Array(batch).fill(1);
  const before = await trainer.evaluate(x, weights);
  assert.equal(await trainer.evaluate(x, weights), before);
  const sums = new Float64Array(columns);
  await trainer.addColumnErrors(x, weights, sums);
  const plain = await create(network, { loss: { type: 'mse', delta: 1, beta: 0 } });
  const squares = sums.reduce((sum, value) => sum + value, 0) / batch;
  assert.ok(Math.abs((await plain.evaluate(x, weights)) / squares - 1) < 1e-6);
  assert.ok(before > squares, 'KL is not negative');

  const reconstructor = await backend.createReconstructor(network, trainer.state().parameters, {
    batch,
    threads: 1,
  });
  const output = await reconstructor.reconstruct(x);
  const direct = output.reduce((sum, value, at) => sum + (value - x[at]!) ** 2, 0) / batch;
  assert.ok(Math.abs(direct / squares - 1) < 1e-5);
  for (const made of [trainer, plain, reconstructor]) await made.release();
});

test('a variational model survives its files, and its ONNX file scores by the mean alone', async () => {
  const data = makeRows(4, 300, 20);
  const { scaler, plan } = smallSetup(data);
  const of = buildNetwork({ name: 'all', inputActivation: tanh, layers }, plan.width);
  const usual = new Float64Array(plan.width).fill(0.5);
  const parameters = initialParameters(of, 3);
  const model = { network: of, scaler, parameters, usual, usualFloor: 0.01, record: {} };
  const { files } = modelFiles(model);
  const folder = new Map(files.map(({ name, bytes }) => [name, bytes]));
  assert.deepEqual(modelFromFiles(folder, 'out/model').model, model);

  const rows = 8;
  const x = uniform(6, rows * plan.width);
  const session = await ort.InferenceSession.create(Buffer.from(folder.get('score.onnx')!));
  assert.deepEqual(session.inputNames, ['x']);
  const { squares } = await session.run({ x: new ort.Tensor('float32', x, [rows, plan.width]) });
  const still = await backend.createReconstructor(of, parameters, { batch: rows, threads: 1 });
  const output = await still.reconstruct(x);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = row * plan.width; at < (row + 1) * plan.width; at++) sum += (x[at]! - output[at]!) ** 2;
    assert.ok(Math.abs((squares!.data[row] as number) / sum - 1) < 1e-5);
  }
  // Neither the scores nor the reconstruction change with the log variance.
  const [kernel, bias] = [parameters[2]!, parameters[3]!];
  const changed = [...parameters];
  changed[2] = kernel.map((value, at) => (at % 8 < 4 ? value : 9));
  changed[3] = bias.map((value, at) => (at < 4 ? value : 9));
  const other = await backend.createReconstructor(of, changed, { batch: rows, threads: 1 });
  assert.deepEqual(await other.reconstruct(x), output);
  for (const made of [still, other, session]) await made.release();
});

test('a step without its noise is refused', async () => {
  const trainer = await create(network);
  const input = { x: uniform(1, batch * columns), weights: uniform(2, batch), noise: [] };
  await assert.rejects(trainer.step(input, 0.01), /0 noise arrays for a network that takes 3/);
  await trainer.release();
});
