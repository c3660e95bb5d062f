/** Mistakes of the earlier implementation (physics.md 7) as far as they are the trainer's, each shown right. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { initialState } from '../../../lib/learning/backend.js';
import { memorySource } from '../../../lib/learning/batches.js';
import { checkpointFileNames, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { constantRate } from '../../../lib/learning/learning-rate.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { trainMegaset } from '../../../lib/learning/train-megaset.js';
import { weightedMedian } from '../../../lib/statistics/weighted.js';
import { readFolderFiles } from '../../../services/scorer/model-folder.js';
import { train } from '../../../services/trainer/train.js';
import { inFolder } from '../../support/cli.js';
import { madeStore, smallTraining } from '../../support/training-store.js';

const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));

test("mistake 1: a checkpoint holds every weight of the network and not one layer's twice", async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const { parts } = await train(backend, smallTraining(store));
    const path = join(folder, 'checkpoint');
    const { state } = checkpointFromFiles(readFolderFiles(path, checkpointFileNames)!, path);
    assert.deepEqual(state.parameters, parts.parameters);
    const [encoder, , decoder] = state.parameters;
    assert.equal(encoder!.length, decoder!.length);
    assert.notDeepEqual(encoder, decoder);
  });
});

test("mistake 2: the optimiser's moments and step go on from megaset to megaset", async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 2 });
    const options = smallTraining(store, { passes: 1 });
    const trained = await train(backend, options);

    const network = buildNetwork(options.network, store.scaler.trained.length);
    const expansion = planExpansion(store.scaler);
    const ends = async (forgets: boolean) => {
      const start = initialState(initialParameters(network, options.seed));
      const trainer = await backend.createTrainer(network, start, {
        batch: 64,
        threads: 1,
        ...plainTraining,
      });
      for (const megaset of [0, 1]) {
        if (forgets) trainer.restore(initialState(trainer.state().parameters));
        const source = memorySource(expansion, store.memory[megaset]!, 64, 'abs');
        const { seed, epochs, earlyStopping } = options;
        const settings = { seed, pass: 0, megaset, epochs, earlyStopping, ...constantRate(0.01) };
        for await (const _ of trainMegaset(trainer, source, undefined, settings));
      }
      const { parameters } = trainer.state();
      await trainer.release();
      return parameters;
    };
    assert.deepEqual(trained.parts.parameters, await ends(false));
    assert.notDeepEqual(trained.parts.parameters, await ends(true));
  });
});

test('mistake 3: all megasets are scaled by the one scaler of the run, and a checkpoint of another is refused', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 2 });
    const options = smallTraining(store, { passes: 1 });
    const trained = await train(backend, options);
    rmSync(options.checkpointFolder, { recursive: true });
    // A scaler that every megaset fitted anew would undo any change of the one that is given.
    const shifted = { ...store.scaler, id: 'shifted', center: store.scaler.center.map((value) => value + 1) };
    const other = smallTraining({ ...store, scaler: shifted }, { passes: 1 });
    assert.notDeepEqual((await train(backend, other)).parts.parameters, trained.parts.parameters);
    await assert.rejects(train(backend, options), { code: 'checkpoint_mismatch', message: /scaler shifted/ });
  });
});

test("mistake 5: the median is the background's weighted one, not the middle of a signal's range", () => {
  const background = Float32Array.of(5, 1, 2, 3, 4);
  // abs(weight), as for every quantile (decisions.md 5).
  const weights = Float64Array.of(0.1, -6, 1, 1, 1);
  const found = weightedMedian(background, weights);
  assert.deepEqual(found, { value: 1 });
});
