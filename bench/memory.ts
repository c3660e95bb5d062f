/**
 * Peak resident memory of `rmmstream run` and `rmmstream score` for a number of events and for four times as
 * many.
 * usage: node dist/bench/memory.js [--python PYTHON] [--events 500000] [--folder F]
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { amplifiedFiles, benchFolder, finishedModel, writeConfiguration } from './support/inputs.js';
import { option, print, printRatio, rmmstream } from './support/measured.js';

const events = Number(option('events', '500000'));
const folder = benchFolder();
const output = join(folder.path, 'memory-output');
const limit = 1536;

function peaks(model: string, count: number): { run: number; score: number } {
  const files = amplifiedFiles(folder.path, count);
  const common = ['--output', output, '--workers', '2', '--fresh'];
  const score = rmmstream('score', '--model', model, '--input', ...files, ...common);
  const configuration = join(folder.path, 'memory.yaml');
  writeConfiguration(configuration, [files], '{ epochs: 1, seed: 1 }');
  const run = rmmstream('run', configuration, ...common);
  print(
    `${count} events: run ${Math.round(run.peakMebibytes)} MiB in ${run.seconds.toFixed(0)} s, score ${Math.round(score.peakMebibytes)} MiB in ${score.seconds.toFixed(0)} s`,
  );
  return { run: run.peakMebibytes, score: score.peakMebibytes };
}

try {
  const model = finishedModel(folder.path);
  const few = peaks(model, events);
  const many = peaks(model, 4 * events);
  print(`goal: at most 1.1 times as much for four times the events, and under ${limit} MiB`);
  printRatio('memory run', few.run / many.run);
  printRatio('memory score', few.score / many.score);
  printRatio('memory run limit', limit / many.run);
} finally {
  rmSync(output, { recursive: true, force: true });
  folder.remove();
}
