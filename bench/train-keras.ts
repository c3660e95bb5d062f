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
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { ourTraining } from './support/our-training.js';
import { syntheticEvents } from './train-events.js';
import { bestOf, option, printTable, Rival, timed } from './train-rival.js';

const name = option('network', 'ae_small');
const rows = Number(option('rows', '40960'));
const threads = Number(option('threads', '2'));
const batch = Number(option('batch', '2048'));
const data = syntheticEvents(rows);
const { backend } = await findBackend('auto', backendCandidates(threads));
const around = await ourTraining(backend, name, data, batch, threads, {});
const through = await ourTraining(backend, name, data, batch, threads, { constantColumns: 'through' });
const rival = await Rival.start(option('python', 'python3'), [
  join(packageRoot, 'bench/train-keras.py'),
  ...[rows, threads].map(String),
]);
const keras = (way: string, columns: number) => () => rival.run(`${way} ${name} ${columns} ${batch}`);
const best = await bestOf(Number(option('rounds', '5')), {
  [`rmmstream, ${around.width} of ${through.width} columns through`]: () => timed(around.epoch),
  [`rmmstream, all ${through.width} columns through`]: () => timed(through.epoch),
  [`Keras, ${through.width} columns`]: keras('plain', through.width),
  [`Keras XLA, ${through.width} columns`]: keras('xla', through.width),
  [`Keras, ${around.width} columns`]: keras('plain', around.width),
  [`Keras XLA, ${around.width} columns`]: keras('xla', around.width),
});
rival.stop();
printTable(
  `training ${name} on ${backend.name} ${backend.version}, ${threads} threads, batch ${batch}`,
  rows,
  best,
  [`Keras, ${through.width} columns`, `Keras XLA, ${through.width} columns`],
);
process.exit(0);
