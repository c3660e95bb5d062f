import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { initialState, type Trainer } from '../../../lib/learning/backend.js';
import { memorySource } from '../../../lib/learning/batches.js';
import { checkpointFileNames, checkpointFromFiles } from '../../../lib/learning/checkpoint.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { constantRate } from '../../../lib/learning/learning-rate.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { trainMegaset } from '../../../lib/learning/train-megaset.js';
import { readFolderFiles } from '../../../services/scorer/model-folder.js';
import { type Trained, type TrainOptions, train } from '../../../services/trainer/train.js';
import { inFolder } from '../../support/cli.js';
import { hurriedClock, type MadeStore, madeStore, smallTraining } from '../../support/training-store.js';

const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
const long = process.env.RMMSTREAM_TEST_LONG === '1';

function createTrainer({ network, scaler, seed, batch }: TrainOptions): Promise<Trainer> {
  const built = buildNetwork(network, scaler.trained.length);
  const start = initialState(initialParameters(built, seed));
  return backend.createTrainer(built, start, { batch, threads: 1, ...plainTraining });
}

/** What a run must end with again, whatever happened to it on the way. */
function ending(trained: Trained, { checkpointFolder }: TrainOptions) {
  return {
    ...trained,
    checkpoint: checkpointFileNames.map((name) => readFileSync(join(checkpointFolder, name), 'hex')),
  };
}

test('training megaset by megaset equals one pass over the same batches and weights from memory, bit for bit', async () => {
  await inFolder(async (folder) => {
    for (const weights of ['abs', 'none', 'clip', 'balanced'] as const) {
      const store = await madeStore(join(folder, weights), { weights });
      const options = smallTraining(store);
      const trained = await train(backend, options);

      // One list of batches, made beforehand.
      const expansion = planExpansion(store.scaler);
      const list: { x: Float32Array; weights: Float32Array }[] = [];
      for (let pass = 0; pass < options.passes; pass++)
        for (let megaset = 0; megaset < 2; megaset++) {
          const source = memorySource(expansion, store.memory[megaset]!, options.batch, weights);
          for (let epoch = 0; epoch < options.epochs; epoch++)
            for await (const batch of source.batches({ seed: options.seed, pass, megaset, epoch }, 0)) {
              const size = options.batch / batch.real;
              list.push({ x: batch.x.slice(), weights: batch.weights.map((weight) => weight * size) });
            }
        }
      assert.equal(list.length, 2 * 2 * 3 * 4);
      const trainer = await createTrainer(options);
      for (const { x, weights } of list) await trainer.step({ x, weights, noise: [] }, options.learningRate);
      assert.deepEqual(trained.parts.parameters, trainer.state().parameters, weights);
      await trainer.release();
    }
  });
});

/** Everything that a checkpoint has to carry, at once. */
const eventful: Partial<TrainOptions> = {
  learningRate: 0.05,
  schedule: { type: 'plateau', factor: 0.5, patience: 1, minDelta: 1e-3, cooldown: 1, minimum: 1e-4 },
  earlyStopping: { patience: 2, minDelta: 1e-3 },
  keep: 'best',
  epochs: 5,
  checkpointMinutes: 0.5,
};

test('a run that is killed after any step, with checkpoints at every step, ends with the same bits', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { weights: 'balanced' });
    const calm = smallTraining(store, { ...eventful, clock: hurriedClock() });
    const expected = ending(await train(backend, calm), calm);
    const { epochs } = expected;
    assert.ok(
      epochs.some(({ stopped }) => stopped) && epochs.some(({ learningRate }) => learningRate < 0.05),
    );
    assert.notDeepEqual(expected.best, { pass: 1, megaset: 1, epoch: epochs.at(-1)!.epoch });
    const steps = epochs.reduce((sum, epoch) => sum + epoch.steps, 0);

    for (let kill = 1; kill < steps; kill += long ? 1 : 9) {
      rmSync(calm.checkpointFolder, { recursive: true, force: true });
      let done = 0;
      const dies = () => {
        done += 1;
        if (done > kill) throw new Error('killed');
      };
      const first = smallTraining(store, { ...eventful, clock: hurriedClock(), onStep: dies });
      await assert.rejects(train(backend, first), /killed/);
      const again = smallTraining(store, { ...eventful, clock: hurriedClock(), onStep: () => (done += 1) });
      assert.deepEqual(ending(await train(backend, again), again), expected, `killed after step ${kill}`);
      // The step that was not written is done again, and no other.
      assert.equal(done, steps + 1);
    }
  });
});

test('where training stands is told when it begins, behind a checkpoint too, and behind what early stopping leaves out', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    /** Trains until so many steps are done: the places that it told, and rows of its steps. */
    const course = async (changes: Partial<TrainOptions>, steps = Number.POSITIVE_INFINITY) => {
      const places: number[] = [];
      let [done, rows] = [0, 0];
      const options = smallTraining(store, {
        clock: hurriedClock(),
        checkpointMinutes: 0.5,
        ...changes,
        onPlace: (place) => places.push(place),
        onStep(more) {
          if (done === steps) throw new Error('killed');
          done += 1;
          rows += more;
        },
      });
      await train(backend, options).catch((error: Error) => assert.equal(error.message, 'killed'));
      return { places, rows, options };
    };
    const { places, rows: all, options } = await course({});
    const again = () => rmSync(options.checkpointFolder, { recursive: true, force: true });
    assert.equal(places.length, 1 + 2 * 2);
    assert.deepEqual([places[0], places.at(-1)], [0, all]);
    assert.deepEqual((await course({})).places, [all], 'all of it was done before');
    for (const steps of [2, 5, 13, 31]) {
      again();
      const first = await course({}, steps);
      const second = await course({});
      assert.equal(second.places[0], first.rows);
      assert.equal(second.places[0]! + second.rows, all);
      assert.equal(second.places.at(-1), all);
    }
    again();
    const stopped = await course({ earlyStopping: { patience: 1, minDelta: 1e9 } });
    assert.ok(stopped.rows < all);
    assert.deepEqual(stopped.places, places);
  });
});

test('without minutes there are checkpoints after megasets only, and a run that has ended is not trained again', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const { checkpointFolder } = smallTraining(store);
    const stops: unknown[] = [];
    const save = async (write: () => void) => {
      write();
      const { position, loop } = checkpointFromFiles(
        readFolderFiles(checkpointFolder, checkpointFileNames)!,
        'c',
      );
      stops.push([position.pass, position.megaset, loop.epoch, loop.batch]);
    };
    const options = smallTraining(store, { save, clock: hurriedClock() });
    const trained = await train(backend, options);
    assert.deepEqual(stops, [
      [0, 1, 0, 0],
      [1, 0, 0, 0],
      [1, 1, 0, 0],
      [2, 0, 0, 0],
    ]);
    let steps = 0;
    assert.deepEqual(await train(backend, smallTraining(store, { onStep: () => (steps += 1) })), trained);
    assert.equal(steps, 0);
  });
});

test('a kill while one checkpoint takes the place of another leaves one of them', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const calm = smallTraining(store);
    const expected = ending(await train(backend, calm), calm);
    const path = calm.checkpointFolder;
    // The old one is half gone, the new one has not yet its place.
    cpSync(path, `${path}.next`, { recursive: true });
    rmSync(join(path, 'weights.bin'));
    let steps = 0;
    const again = smallTraining(store, { onStep: () => (steps += 1) });
    assert.deepEqual((await train(backend, again)).parts, expected.parts);
    assert.equal(steps, 0);
    // Others look for it in its own place.
    assert.deepEqual(ending(await train(backend, again), again), expected);
    assert.equal(existsSync(`${path}.next`), false);
    // What is left is in nobody's way.
    rmSync(path, { recursive: true, force: true });
    writeFileSync(`${path}.next`, 'stray');
    assert.deepEqual(ending(await train(backend, calm), calm), expected);
    assert.equal(existsSync(`${path}.next`), false);
  });
});

test('checkpoints within a megaset come when the last is as old as was asked for', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 1 });
    let [nowMs, writes] = [0, 0];
    const save = async (write: () => void) => {
      writes += 1;
      write();
    };
    const options = smallTraining(store, {
      passes: 1,
      checkpointMinutes: 0.01,
      clock: { steadyMs: () => nowMs },
      onStep: () => {
        // 18 steps of 100 ms: due after every sixth.
        nowMs += 100;
      },
      save,
    });
    const { epochs } = await train(backend, options);
    assert.equal(
      epochs.reduce((sum, { steps }) => sum + steps, 0),
      18,
    );
    assert.equal(writes, 3 + 1);
  });
});

test('keep: best gives the weights after the epoch with the least validation loss, and says which', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder, { megasets: 1 });
    // So large a rate that the last epoch is not the best.
    const changes = { passes: 1, epochs: 12, ...constantRate(0.3) };
    const last = await train(backend, smallTraining(store, changes));
    rmSync(join(folder, 'checkpoint'), { recursive: true });
    const best = await train(backend, smallTraining(store, { ...changes, keep: 'best' }));
    assert.deepEqual(best.epochs, last.epochs);
    const losses = last.epochs.map(({ validationLoss }) => validationLoss!);
    const least = losses.indexOf(Math.min(...losses));
    assert.ok(least < 11);
    assert.deepEqual(last.kept, { pass: 0, megaset: 0, epoch: 11 });
    assert.deepEqual(last.best, { pass: 0, megaset: 0, epoch: least });
    assert.deepEqual(best.kept, last.best);

    const { validation, source, options, trainer } = await inMemory(store, changes);
    const states: (readonly Float32Array[])[] = [];
    for await (const _ of trainMegaset(trainer, source, validation, options))
      states.push(trainer.state().parameters);
    assert.deepEqual(last.parts.parameters, states[11]);
    assert.deepEqual(best.parts.parameters, states[least]);
    assert.notDeepEqual(best.parts.usual, last.parts.usual);
    await trainer.release();
  });
});

async function inMemory(store: MadeStore, changes: Partial<TrainOptions>) {
  const settings = smallTraining(store, changes);
  const { seed, epochs, earlyStopping, learningRate } = settings;
  const expansion = planExpansion(store.scaler);
  const [source, validation] = store.memory.map((parts) => memorySource(expansion, parts, 64, 'abs'));
  const options = { seed, pass: 0, megaset: 0, epochs, earlyStopping, ...constantRate(learningRate) };
  return { source: source!, validation, options, trainer: await createTrainer(settings) };
}

test('a cosine ends at its minimum, also where megasets end early, and counts the steps of all passes', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const schedule = { type: 'cosine', warmup: 3, minimum: 1e-4 } as const;
    const stopsEarly = { patience: 1, minDelta: 1e9 };
    const rates = async (changes: Partial<TrainOptions>) => {
      rmSync(join(folder, 'checkpoint'), { recursive: true, force: true });
      const { epochs } = await train(backend, smallTraining(store, { schedule, ...changes }));
      return epochs.map(({ learningRate }) => learningRate);
    };
    const whole = await rates({});
    const steps = 2 * 2 * 3 * 4;
    whole.forEach((rate, epoch) => {
      const done = (4 * (epoch + 1) - 1 - 3) / (steps - 3);
      const expected = 1e-4 + (0.01 - 1e-4) * 0.5 * (1 + Math.cos(Math.PI * done));
      assert.ok(Math.abs(rate / expected - 1) < 1e-12, `epoch ${epoch}: ${rate}, expected ${expected}`);
    });
    const early = await rates({ earlyStopping: stopsEarly });
    assert.deepEqual(
      early,
      whole.filter((_, epoch) => epoch % 3 < 2),
    );
  });
});

test('a checkpoint of an older format is refused, a damaged one costs the training so far', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const trained = await train(backend, smallTraining(store));
    const index = join(folder, 'checkpoint', 'checkpoint.json');
    const text = readFileSync(index, 'utf8');
    writeFileSync(index, text.replace('"version": 2', '"version": 1'));
    await assert.rejects(train(backend, smallTraining(store)), {
      code: 'model_version_unsupported',
      message: /version 1; this rmmstream reads version 2/,
    });
    writeFileSync(index, text.slice(0, 100));
    const notes: string[] = [];
    assert.deepEqual(
      await train(backend, smallTraining(store, { onNote: (note) => notes.push(note) })),
      trained,
    );
    assert.match(notes.join(), /the checkpoint is damaged, so training starts again/);
    cpSync(join(folder, 'checkpoint'), join(folder, 'other'), { recursive: true });
    const other = smallTraining(store, {
      configurationHash: 'another',
      checkpointFolder: join(folder, 'other'),
    });
    await assert.rejects(train(backend, other), { code: 'checkpoint_mismatch' });
  });
});

test('a megaset of rows without weight is refused by its number; one without rows is passed over', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const { plan } = store;
    const weightless = {
      ...plan,
      weightSums: plan.weightSums.map((sums, at) => (at === 1 ? [0, 0, 0] : sums)),
    };
    await assert.rejects(train(backend, smallTraining({ ...store, plan: weightless })), {
      code: 'training_rows_unusable',
      message: /megaset 1 has \d+ rows/,
    });
    rmSync(join(folder, 'checkpoint'), { recursive: true, force: true });
    const empty = { ...plan, rows: plan.rows.map((rows, at) => (at === 0 ? [0, 0, 0] : rows)) };
    const { epochs } = await train(backend, smallTraining({ ...store, plan: empty }));
    assert.deepEqual(new Set(epochs.map(({ megaset }) => megaset)), new Set([1]));
  });
});

test('an abort ends training with its reason, and leaves no thread waiting', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const stop = new AbortController();
    const onStep = () => stop.abort(new Error('the run was stopped'));
    await assert.rejects(
      train(backend, smallTraining(store, { signal: stop.signal, onStep })),
      /was stopped/,
    );
    assert.equal(existsSync(join(folder, 'checkpoint')), false);
  });
});
