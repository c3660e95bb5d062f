import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { initialState, type Trainer, type TrainerState } from '../../../lib/learning/backend.js';
import { bucketSource, memorySource } from '../../../lib/learning/batches.js';
import { checkpointFiles, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { bindRows, expandScaled } from '../../../lib/learning/expand.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { constantRate, startPlateau } from '../../../lib/learning/learning-rate.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { networkPresets } from '../../../lib/learning/network-presets.js';
import { sumSampleWeights } from '../../../lib/learning/sample-weights.js';
import { meanLoss, startLoop, trainMegaset } from '../../../lib/learning/train-megaset.js';
import { addColumnErrors, createColumnErrors, usualErrors } from '../../../lib/learning/usual-errors.js';
import { expectError, expectRejection } from './expect-error.js';
import { bucketOf, makeRows, sliceRows, smallSetup } from './fixtures.js';
import { data, scoreAndTrain, type TrainingRun } from './training-run.js';

const reference = await scoreAndTrain('onnxruntime-node', 1);
const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
const common = { seed: 5, pass: 0, ...constantRate(0.01) };
const noStopping = { patience: 0, minDelta: 0 };

async function train(trainer: Trainer, megasets: readonly number[]): Promise<void> {
  const { plan } = smallSetup(data);
  for (const megaset of megasets) {
    const source = memorySource(plan, [sliceRows(data, megaset * 900, megaset * 900 + 900)], 256, 'abs');
    const options = { ...common, megaset, epochs: 2, earlyStopping: noStopping };
    for await (const _ of trainMegaset(trainer, source, undefined, options));
  }
}

test('losses fall, on the validation rows too', () => {
  const { epochs } = reference;
  assert.equal(epochs.length, 6);
  for (const [index, result] of epochs.entries()) {
    assert.equal(result.rows, 900);
    assert.equal(result.steps, 4);
    assert.equal(result.megaset, Math.floor(index / 3));
    if (index === 0) continue;
    assert.ok(result.validationLoss! < epochs[index - 1]!.validationLoss!);
  }
  assert.ok(epochs[5]!.loss < 0.95 * epochs[0]!.loss);
});

test('the same seed gives the same bits again: losses, weights, moments, usual errors, scores', async () => {
  assert.deepEqual(await scoreAndTrain('onnxruntime-node', 1), reference);
});

test('two threads inside an operation give the bits of one', async () => {
  assert.deepEqual(await scoreAndTrain('onnxruntime-node', 2), reference);
});

test('two worker threads with a session each give, side by side, the bits of the main thread', async () => {
  const workers = [1, 2].map(() => new Worker(new URL('./training-worker.js', import.meta.url)));
  const runs = await Promise.all(
    workers.map(async (worker) => ((await once(worker, 'message')) as [TrainingRun])[0]),
  );
  await Promise.all(workers.map((worker) => worker.terminate()));
  for (const run of runs) assert.deepEqual(run, reference);
});

test('the wasm fallback agrees with the native backend', async () => {
  const wasm = await scoreAndTrain('onnxruntime-web', 1);
  for (const [index, result] of wasm.epochs.entries()) {
    assert.ok(Math.abs(result.loss / reference.epochs[index]!.loss - 1) < 1e-5);
  }
  for (const name of ['error', 'errorNormalised', 'errorAbs'] as const) {
    wasm.scores[name].forEach((value, row) => {
      assert.ok(Math.abs(value - reference.scores[name][row]!) < 1e-5 * (1 + Math.abs(value)), name);
    });
  }
});

test('bits of AE small and large do not depend on the thread count at the real batch size', async () => {
  for (const name of ['ae_small', 'ae_large']) {
    const network = buildNetwork(networkPresets[name]!, 120);
    const start = initialState(initialParameters(network, 3));
    const x = initialParameters(buildNetwork(networkPresets.ae_small!, 2048), 9)[0]!.slice(0, 2048 * 120);
    const weights = new Float32Array(2048).fill(1);
    const states: TrainerState[] = [];
    for (const threads of [1, 2]) {
      const trainer = await backend.createTrainer(network, start, { batch: 2048, threads, ...plainTraining });
      for (let step = 0; step < 3; step++) await trainer.step({ x, weights, noise: [] }, 0.001);
      states.push(trainer.state());
      await trainer.release();
    }
    assert.deepEqual(states[1], states[0], name);
  }
});

test('a run resumed from a checkpoint ends with the bits of an uninterrupted one', async () => {
  const { network, start } = smallSetup(data);
  const whole = await backend.createTrainer(network, start, { batch: 256, threads: 1, ...plainTraining });
  await train(whole, [0, 1]);

  const first = await backend.createTrainer(network, start, { batch: 256, threads: 1, ...plainTraining });
  await train(first, [0]);
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
  const second = await backend.createTrainer(read.network, read.state, {
    batch: 256,
    threads: 1,
    ...plainTraining,
  });
  await train(second, [read.position.megaset]);
  assert.deepEqual(second.state(), whole.state());

  // Without the moments the result differs: the optimiser's state does matter.
  const forgetful = await backend.createTrainer(network, initialState(read.state.parameters), {
    batch: 256,
    threads: 1,
    ...plainTraining,
  });
  await train(forgetful, [1]);
  assert.notDeepEqual(forgetful.state().parameters, whole.state().parameters);

  first.restore(whole.state());
  assert.deepEqual(first.state(), whole.state());
  for (const trainer of [whole, first, second, forgetful]) await trainer.release();
});

test('validation loss and usual errors equal a direct computation over all rows, tail included', async () => {
  const { plan, network, start } = smallSetup(data);
  const trainer = await backend.createTrainer(network, start, { batch: 256, threads: 1, ...plainTraining });
  const parts = [sliceRows(data, 0, 700), sliceRows(data, 700, 1000)];
  const loss = await meanLoss(trainer, memorySource(plan, parts, 256, 'abs'));
  const errors = createColumnErrors(plan.width);
  for (const part of parts) {
    const raw = bucketSource(plan, [bucketOf(part)], 256, { mode: 'abs', scale: 1 });
    await addColumnErrors(trainer, raw, sumSampleWeights(part.weights, 'abs'), errors);
  }

  const count = 1000;
  const x = new Float32Array(count * plan.width);
  expandScaled(bindRows(plan, data.rows), 0, count, x);
  const options = { batch: count, threads: 1 };
  const reconstructor = await backend.createReconstructor(network, start.parameters, options);
  const y = await reconstructor.reconstruct(x);
  const total = [...data.weights.slice(0, count)].reduce((sum, weight) => sum + Math.abs(weight), 0);
  const columns = new Float64Array(plan.width);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < plan.width; column++) {
      const distance = x[row * plan.width + column]! - y[row * plan.width + column]!;
      columns[column]! += (Math.abs(data.weights[row]!) * distance * distance) / total;
    }
  }
  const expected = columns.reduce((sum, value) => sum + value, 0) / plan.width;
  assert.ok(Math.abs(loss! / expected - 1) < 1e-5, `${loss}, expected ${expected}`);
  usualErrors(errors).forEach((value, column) => {
    assert.ok(Math.abs(value / columns[column]! - 1) < 1e-5, `column ${column}`);
  });
  assert.equal(await meanLoss(trainer, bucketSource(plan, [], 256, { mode: 'abs', scale: 1 })), undefined);
  await reconstructor.release();
  await trainer.release();
});

test('early stopping ends the megaset and says so', async () => {
  const { plan, network, start } = smallSetup(data);
  const trainer = await backend.createTrainer(network, start, { batch: 256, threads: 1, ...plainTraining });
  const results = [];
  const options = { ...common, megaset: 0, epochs: 9, earlyStopping: { patience: 2, minDelta: 1e9 } };
  const source = memorySource(plan, [data], 256, 'abs');
  for await (const { result } of trainMegaset(trainer, source, source, options)) {
    results.push(result.stopped);
  }
  assert.deepEqual(results, [false, false, true]);
  await trainer.release();
});

test('a loss that is no longer finite ends the training with the megaset, epoch and step', async () => {
  const { plan, network, start } = smallSetup(data);
  const trainer = await backend.createTrainer(network, start, { batch: 256, threads: 1, ...plainTraining });
  const options = { ...common, megaset: 3, epochs: 9, ...constantRate(1e30), earlyStopping: noStopping };
  const source = memorySource(plan, [data], 256, 'abs');
  const run = async () => {
    for await (const _ of trainMegaset(trainer, source, undefined, options));
  };
  await expectRejection(
    run(),
    'training_diverged',
    /megaset 3, epoch 0, step \d+, with a learning rate of 1e\+30/,
  );
  await trainer.release();
});

test('a source without rows or without weight is refused', () => {
  const { plan } = smallSetup(data);
  const source = (...parts: Parameters<typeof memorySource>[1]) => memorySource(plan, parts, 256, 'abs');
  expectError(() => source(makeRows(1, 0, 40)), 'training_rows_unusable', /has 0 rows/);
  const weightless = { ...sliceRows(data, 0, 10), weights: new Float64Array(10) };
  expectError(() => source(weightless), 'training_rows_unusable', /has 10 rows/);
});
