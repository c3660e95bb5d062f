/**
 * Training against Keras, in turns on the same machine.
 * usage: node dist/bench/train-keras.js [--python PYTHON] [--network ae_small] [--rows 40960] [--rounds 5]
 *        [--threads 2]
 *
 * Ours starts from rows in block form in memory and includes shuffling, expansion and weights; Keras' fit
 * starts from dense scaled rows. "around": columns that teach nothing go around the network; Keras' users
 * train on all 529, so that is the comparison; the same columns on both sides are printed too.
 */
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { initialState } from '../lib/learning/backend.js';
import { memorySource } from '../lib/learning/batches.js';
import { planExpansion } from '../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { initialParameters } from '../lib/learning/initialise.js';
import { constantRate } from '../lib/learning/learning-rate.js';
import { plainTraining } from '../lib/learning/loss.js';
import { rowMoments } from '../lib/learning/moments.js';
import { buildNetwork } from '../lib/learning/network.js';
import { networkPresets } from '../lib/learning/network-presets.js';
import { defaultScalerOptions, freezeScaler } from '../lib/learning/scaler.js';
import { trainMegaset } from '../lib/learning/train-megaset.js';
import { syntheticEvents } from './train-events.js';
import { bestOf, option, printTable, Rival, timed } from './train-rival.js';

const name = option('network', 'ae_small');
const rows = Number(option('rows', '40960'));
const threads = Number(option('threads', '2'));
const batch = Number(option('batch', '2048'));
const data = syntheticEvents(rows);
const { backend } = await findBackend('auto', backendCandidates(threads));
const kinds = Array.from({ length: data.rows.columns }, () => 'gev');

async function trainerFor(constantColumns: 'around' | 'through') {
  const scaler = freezeScaler(rowMoments(data.rows), kinds, { ...defaultScalerOptions, constantColumns });
  const plan = planExpansion(scaler);
  const network = buildNetwork(networkPresets[name]!, plan.width);
  const start = initialState(initialParameters(network, 1));
  const trainer = await backend.createTrainer(network, start, { batch, threads, ...plainTraining });
  const source = memorySource(plan, [data], batch, 'abs');
  let pass = 0;
  const epoch = async () => {
    const options = {
      seed: 1,
      pass: pass++,
      megaset: 0,
      epochs: 1,
      ...constantRate(1e-3),
      earlyStopping: { patience: 0, minDelta: 0 },
    };
    for await (const _ of trainMegaset(trainer, source, undefined, options));
  };
  await epoch();
  return { width: plan.width, epoch: () => timed(epoch) };
}

const around = await trainerFor('around');
const through = await trainerFor('through');
const rival = await Rival.start(option('python', 'python3'), [
  join(packageRoot, 'bench/train-keras.py'),
  name,
  ...[rows, through.width, around.width, batch, threads].map(String),
]);
const best = await bestOf(Number(option('rounds', '5')), {
  [`rmmstream, ${around.width} of ${through.width} columns through`]: around.epoch,
  [`rmmstream, all ${through.width} columns through`]: through.epoch,
  [`Keras, ${through.width} columns`]: () => rival.run(`plain ${through.width}`),
  [`Keras XLA, ${through.width} columns`]: () => rival.run(`xla ${through.width}`),
  [`Keras, ${around.width} columns`]: () => rival.run(`plain ${around.width}`),
  [`Keras XLA, ${around.width} columns`]: () => rival.run(`xla ${around.width}`),
});
rival.stop();
printTable(
  `training ${name} on ${backend.name} ${backend.version}, ${threads} threads, batch ${batch}`,
  rows,
  best,
  [`Keras, ${through.width} columns`, `Keras XLA, ${through.width} columns`],
);
process.exit(0);
