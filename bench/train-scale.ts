/**
 * Training on more rows than a laptop would hold: made inputs to features, features to megasets, megasets to a network.
 * usage: node dist/bench/train-scale.js [--python PYTHON] [--rows 5000000] [--network ae_small] [--epochs 1]
 *        [--folder F]
 *
 * The features are made by `rmmstream run`, whose peak is printed; what follows runs in this process, whose peak
 * (VmHWM) and processor time are its own. "Busy" is the share of the wall time of the training that is spent inside
 * trainer.step: what is missing is waiting for batches, the validation loss and checkpoints. It does not depend on
 * neighbours as processor time over wall time does.
 */

import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../lib/base/clock.js';
import { BatchFileReader } from '../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../lib/columnar/arrow/feature-batch.js';
import type { Backend } from '../lib/learning/backend.js';
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { plainTraining } from '../lib/learning/loss.js';
import { networkPresets } from '../lib/learning/network-presets.js';
import { split } from '../lib/physics/identity.js';
import { fromBatchColumns } from '../services/featurizer/row-columns.js';
import { loadModel } from '../services/scorer/model-folder.js';
import { distribute, type TrainingSource } from '../services/trainer/distribute.js';
import { rowsOf } from '../services/trainer/megaset-store.js';
import { train } from '../services/trainer/train.js';
import { amplifiedFiles, benchFolder, writeConfiguration } from './support/inputs.js';
import { option, print, printRatio, rmmstream } from './support/measured.js';

const wanted = Number(option('rows', '5000000'));
const name = option('network', 'ae_small');
const epochs = Number(option('epochs', '1'));
const threads = Number(option('threads', '2'));
/** Training rows of an amplified event: selection and split take the others. */
const rowsOfAnEvent = 0.47;
const limitMebibytes = 1536;
const folder = benchFolder();
const output = join(folder.path, 'scale-output');

/** Rows of a feature file by split code. */
function sourceOf(file: string): TrainingSource {
  const reader = new BatchFileReader(join(output, 'features', file), featureSchema);
  const rowsBySplit = [0, 0, 0, 0];
  for (let number = 0; number < reader.batches; number += 1) {
    const columns = fromBatchColumns(reader.batch(number));
    for (const code of columns.split) rowsBySplit[code]! += 1;
  }
  reader.close();
  const source = file.replace(/\.arrow$/, '');
  return { name: source, fingerprint: source, rowsBySplit };
}

/** The backend, telling of the time that its steps and its validation take. */
function timed(
  backend: Backend,
  times: { step: number; evaluate: number; first: number; last: number },
): Backend {
  return {
    ...backend,
    createTrainer: async (...args) => {
      const trainer = await backend.createTrainer(...args);
      return {
        network: trainer.network,
        batch: trainer.batch,
        get steps() {
          return trainer.steps;
        },
        async step(input, rate) {
          const began = performance.now();
          times.first ||= began;
          const loss = await trainer.step(input, rate);
          times.last = performance.now();
          times.step += times.last - began;
          return loss;
        },
        async evaluate(x, weights) {
          const began = performance.now();
          const loss = await trainer.evaluate(x, weights);
          times.evaluate += performance.now() - began;
          return loss;
        },
        addColumnErrors: (x, weights, sums) => trainer.addColumnErrors(x, weights, sums),
        state: () => trainer.state(),
        restore: (state) => trainer.restore(state),
        release: () => trainer.release(),
      };
    },
  };
}

function peakMebibytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

function bytesOf(path: string): number {
  return readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

try {
  const files = amplifiedFiles(folder.path, Math.ceil(wanted / rowsOfAnEvent));
  const configuration = join(folder.path, 'scale.yaml');
  writeConfiguration(configuration, [files], '{ epochs: 1, megasets: 10, seed: 1 }');
  const whole = rmmstream('run', configuration, '--output', output, '--workers', '2', '--fresh');
  print(`rmmstream run: ${whole.seconds.toFixed(0)} s, peak ${Math.round(whole.peakMebibytes)} MiB`);

  const { scaler } = loadModel(join(output, 'model')).model;
  const sources = readdirSync(join(output, 'features'))
    .filter((file) => file.endsWith('.arrow'))
    .map(sourceOf);
  const megasetFolder = join(output, 'megasets');
  const signal = new AbortController().signal;
  let began = performance.now();
  const plan = await distribute(sources, {
    featureFolder: join(output, 'features'),
    megasetFolder,
    megasets: 10,
    bucketEvents: 131_072,
    validationEvents: 100_000,
    sampleWeights: 'abs',
    signal,
    onRows: () => undefined,
  });
  const distributed = performance.now() - began;
  const rows = sources.reduce((sum, { rowsBySplit }) => sum + rowsBySplit[split.train]!, 0);
  const bytes = bytesOf(megasetFolder);
  print(
    `store: ${rows} training rows and ${rowsOf(plan, 10)} validation rows, ${plan.buckets} buckets a megaset, ${(bytes / 1e9).toFixed(2)} GB; distributed and sorted in ${seconds(distributed)}, ${Math.round((1000 * rows) / distributed)} rows/s`,
  );

  const { backend } = await findBackend('auto', backendCandidates(threads));
  const times = { step: 0, evaluate: 0, first: 0, last: 0 };
  let used = process.cpuUsage();
  began = performance.now();
  let steps = 0;
  let ended = { wall: 0, cpu: 0 };
  const trained = await train(timed(backend, times), {
    network: networkPresets[name]!,
    scaler,
    plan,
    megasetFolder,
    checkpointFolder: join(output, 'checkpoint'),
    maskWords: 1,
    configurationHash: 'bench',
    seed: 1,
    epochs,
    passes: 1,
    batch: Number(option('batch', '2048')),
    threads,
    learningRate: 1e-3,
    ...plainTraining,
    schedule: { type: 'constant' },
    earlyStopping: { patience: 0, minDelta: 0 },
    keep: 'last',
    usualErrorEvents: 1_000_000,
    checkpointMinutes: 5,
    clock: systemClock,
    signal,
    onStep: () => {
      if (steps === 0) {
        // The thread and the graphs are there.
        began = times.first;
        used = process.cpuUsage();
      }
      steps += 1;
    },
    onEpoch: () => {
      const { user, system } = process.cpuUsage(used);
      ended = { wall: performance.now() - began, cpu: (user + system) / 1000 };
    },
    onNote: print,
  });
  const seen = trained.epochs.reduce((sum, epoch) => sum + epoch.rows, 0);
  const { wall, cpu } = ended;
  print(
    `training ${name}, ${scaler.trained.length} columns, on ${backend.name} ${backend.version}: ${seen} rows in ${seconds(wall)}, ${Math.round((1000 * seen) / wall)} rows/s, ${steps} steps`,
  );
  const waiting = wall - times.step - times.evaluate;
  print(
    `wall time: ${percent(times.step / wall)} inside trainer.step, ${percent(times.evaluate / wall)} validation loss, ${percent(waiting / wall)} between them`,
  );
  print(`processor time over wall time x ${threads} threads: ${percent(cpu / (wall * threads))}`);
  print(`peak of this process: ${Math.round(peakMebibytes())} MiB`);
  printRatio('train-scale busy', times.step / wall / 0.9);
  printRatio('train-scale memory', limitMebibytes / Math.max(peakMebibytes(), whole.peakMebibytes));
} finally {
  rmSync(output, { recursive: true, force: true });
  folder.remove();
}
process.exit(0);
