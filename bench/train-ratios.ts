/**
 * Training against Keras and PyTorch, like with like: the same columns, batches, threads and loss on each side.
 * usage: node dist/bench/train-ratios.js [--python PYTHON] [--torch PYTHON] [--networks ae_small,ae_large,vae_small]
 *        [--batches 512,2048,8192] [--columns 529,192] [--rows 40960] [--rounds 5] [--threads 2] [--torch-ways eager]
 *
 * Keras plain and with XLA, PyTorch eager (`--torch-ways eager,compiled` for torch.compile too, which takes minutes to
 * compile): two epochs of each way find its best one, then ours and a rival's best way take turns, one epoch each, so
 * that other programs hit both alike. Ours includes shuffling, expansion from block form and weights; the rivals start
 * from dense rows and shuffle.
 *
 * For each rival it prints, by the clock and by processor time, the ratio of the best epochs and the median of the
 * ratios of epochs that followed each other. Lines "ratio" give the least over the batches of the first, for bench/run.mjs.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import type { TrainingRows } from '../lib/learning/batches.js';
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { rowMoments } from '../lib/learning/moments.js';
import { benchPython, median, option, print, printRatio } from './support/measured.js';
import { ourTraining } from './support/our-training.js';
import { syntheticEvents } from './train-events.js';
import { Rival, type Taken, timed } from './train-rival.js';

const list = (name: string, fallback: string) => option(name, fallback).split(',').filter(Boolean);
const rows = Number(option('rows', '40960'));
const rounds = Number(option('rounds', '5'));
const threads = Number(option('threads', '2'));
const torch = option('torch', process.env.RMMSTREAM_BENCH_TORCH ?? benchPython());
const data = syntheticEvents(rows);

interface Contestant {
  readonly name: string;
  readonly ways: readonly string[];
  readonly rival: Rival;
}

async function contestants(): Promise<Contestant[]> {
  const start = (python: string, script: string) =>
    Rival.start(python, [join(packageRoot, 'bench', script), String(rows), String(threads)]);
  const all = [
    { name: 'Keras', ways: ['plain', 'xla'], rival: await start(benchPython(), 'train-keras.py') },
  ];
  if (spawnSync(torch, ['-c', 'import torch']).status === 0)
    all.push({
      name: 'PyTorch',
      ways: list('torch-ways', 'eager'),
      rival: await start(torch, 'train-torch.py'),
    });
  else print(`${torch} has no PyTorch: left out`);
  return all;
}

/** How often a column must be filled so that so many of them are trained; all of them go through where it is all. */
function scalingFor(columns: number, { rows: block }: TrainingRows) {
  if (columns === block.columns) return { constantColumns: 'through' } as const;
  if ('scaler' in block) throw new Error('rows that are not scaled are expected');
  const filled = [...rowMoments(block).filled].sort((left, right) => right - left);
  return { minFilled: filled[columns - 1]! };
}

const least = (taken: readonly Taken[], kind: keyof Taken) => Math.min(...taken.map((one) => one[kind]));

async function bestWay({ ways, rival }: Contestant, variant: string): Promise<string> {
  const walls: number[] = [];
  for (const way of ways) {
    const taken = [await rival.run(`${way} ${variant}`), await rival.run(`${way} ${variant}`)];
    walls.push(least(taken, 'wall'));
  }
  return ways[walls.indexOf(Math.min(...walls))]!;
}

const { backend } = await findBackend('auto', backendCandidates(threads));
const rivals = await contestants();
const lowest = new Map<string, number>();
print(`${backend.name} ${backend.version}, ${threads} threads, ${rows} rows, ${rounds} rounds`);
print('network columns batch | rival | rows/s ours, its | clock: best, median | processor: best, median');
for (const network of list('networks', 'ae_small,ae_large,vae_small')) {
  for (const columns of list('columns', '529,192').map(Number)) {
    for (const batch of list('batches', '512,2048,8192').map(Number)) {
      const ours = await ourTraining(backend, network, data, batch, threads, scalingFor(columns, data));
      for (const contestant of rivals) {
        const variant = `${network} ${ours.width} ${batch}`;
        const way = await bestWay(contestant, variant);
        const left: Taken[] = [];
        const right: Taken[] = [];
        for (let round = 0; round < rounds; round++) {
          left.push(await timed(ours.epoch));
          right.push(await contestant.rival.run(`${way} ${variant}`));
        }
        const shown = (['wall', 'cpu'] as const).map((kind) => {
          const best = least(right, kind) / least(left, kind);
          const pairs = median(right.map((taken, round) => taken[kind] / left[round]![kind]));
          const name = `train ${network} ${columns} columns / ${contestant.name}${kind === 'cpu' ? ' cpu' : ''}`;
          lowest.set(name, Math.min(best, lowest.get(name) ?? best));
          return `${best.toFixed(2)}, ${pairs.toFixed(2)}`;
        });
        const rates = [left, right].map((taken) => Math.round(rows / least(taken, 'wall')));
        print(`${variant} | ${contestant.name} ${way} | ${rates.join(', ')} | ${shown.join(' | ')}`);
      }
      await ours.release();
    }
  }
}
for (const [name, ratio] of lowest) printRatio(name, ratio);
for (const { rival } of rivals) rival.stop();
process.exit(0);
