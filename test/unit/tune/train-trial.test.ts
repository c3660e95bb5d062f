import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { memorySource } from '../../../lib/learning/batches.js';
import { checkpointFileNames, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import type { NetworkDescription } from '../../../lib/learning/network.js';
import { readFolderFiles } from '../../../services/scorer/model-folder.js';
import {
  SampleRows,
  type TrialOptions,
  type TrialOutcome,
  type TrialTask,
  trainTrial,
} from '../../../services/tune/train-trial.js';
import { inFolder } from '../../support/cli.js';
import { hurriedClock, type MadeStore, madeStore } from '../../support/training-store.js';

const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
const batch = 64;
const network: NetworkDescription = {
  name: 'stacked',
  inputActivation: { type: 'tanh' },
  layers: [
    { units: 6, activation: { type: 'leakyrelu', slope: 0.5 } },
    { units: 3, activation: { type: 'tanh' }, kernelL1: 0.01, activityL2: 0.1 },
    { units: 6, activation: { type: 'leakyrelu', slope: 0.5 } },
    { units: 'columns', activation: { type: 'linear' } },
  ],
};

function rowsOf({ folder, plan, scaler }: MadeStore): SampleRows {
  return new SampleRows({ fingerprint: 's', scaler, plan, folder: join(folder, 'megasets'), maskWords: 0 });
}

function options(folder: string, changes: Partial<TrialOptions> = {}): TrialOptions {
  return {
    backend,
    threads: 1,
    batch,
    seed: 3,
    ...plainTraining,
    checkpointFolder: join(folder, 'checkpoint'),
    clock: systemClock,
    onStep: () => undefined,
    ...changes,
  };
}

const task = (epochs: number, learningRate = 0.01): TrialTask => ({
  id: 'trial',
  network,
  learningRate,
  epochs,
});

/** All of an outcome but how long it took. */
function course({ seconds, ...rest }: TrialOutcome) {
  assert.ok(seconds > 0);
  return rest;
}

test('a trial that goes on rung by rung, or after kills within rungs, has the errors of one trained in one go', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 1 });
    const whole = course(await trainTrial(task(9), rowsOf(store), options(join(folder, 'whole'))));
    assert.equal(whole.errors.length, 9);
    assert.ok(whole.errors[8]! < whole.errors[0]!);

    const stepwise = options(join(folder, 'steps'));
    for (const epochs of [1, 3, 9]) {
      const found = course(await trainTrial(task(epochs), rowsOf(store), stepwise));
      assert.deepEqual(found.errors, whole.errors.slice(0, epochs));
      assert.deepEqual(found.losses, whole.losses.slice(0, epochs));
    }
    // What was trained further by an earlier search is known for fewer epochs, and nothing is trained.
    const less = await trainTrial(task(2), rowsOf(store), {
      ...stepwise,
      onStep: () => assert.fail('it is trained again'),
    });
    assert.deepEqual(less.errors, whole.errors.slice(0, 2));

    // A checkpoint after every epoch, and an end at any step.
    const killed = options(join(folder, 'killed'), { clock: hurriedClock() });
    for (let kill = 5; ; kill += 7) {
      let steps = 0;
      const onStep = () => {
        steps += 1;
        if (steps === kill % 17) throw new Error('killed');
      };
      try {
        const found = course(await trainTrial(task(9), rowsOf(store), { ...killed, onStep }));
        assert.deepEqual(found, whole);
        break;
      } catch (error) {
        assert.equal((error as Error).message, 'killed');
      }
    }
  });
});

test('the error is the weighted mean squared error over trained columns, whatever the loss and the penalties', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 1 });
    for (const [name, loss] of [
      ['mse', plainTraining.loss],
      ['huber', { type: 'huber', delta: 0.2, beta: 1 }],
      [
        'weighted',
        { ...plainTraining.loss, featureWeights: Float32Array.from({ length: 12 }, (_, at) => at) },
      ],
    ] as const) {
      const settings = options(join(folder, name), { loss });
      const { errors } = await trainTrial(task(2), rowsOf(store), settings);
      const files = readFolderFiles(settings.checkpointFolder, checkpointFileNames)!;
      const checkpoint = checkpointFromFiles(files, name);
      const reconstructor = await backend.createReconstructor(
        checkpoint.network,
        checkpoint.state.parameters,
        {
          batch,
          threads: 1,
        },
      );
      let [sum, total] = [0, 0];
      const validation = memorySource(planExpansion(store.scaler), store.memory[1]!, batch, 'abs');
      for await (const { x, weights, real } of validation.batches(undefined, 0)) {
        const out = await reconstructor.reconstruct(x);
        for (let row = 0; row < real; row += 1) {
          let squares = 0;
          for (let at = row * 12; at < (row + 1) * 12; at += 1) squares += (out[at]! - x[at]!) ** 2;
          sum += weights[row]! * (squares / 12);
          total += weights[row]!;
        }
      }
      await reconstructor.release();
      assert.ok(Math.abs(sum / total / errors[1]! - 1) < 1e-5, `${name}: ${errors[1]} and ${sum / total}`);
    }
  });
});

test('a training that diverges is a result with its reason, and no checkpoint of it is left to go on from', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 1 });
    const settings = options(folder);
    const wild = await trainTrial(task(9, 1e30), rowsOf(store), settings);
    assert.match(wild.diverged ?? '', /became (NaN|Infinity|-Infinity)/);
    assert.ok(wild.errors.length < 9);
    assert.ok(wild.errors.every((error) => Number.isFinite(error)));
    assert.ok(!existsSync(settings.checkpointFolder));
  });
});
