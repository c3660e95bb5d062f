/**
 * Files to a Parquet table of matrix cells: `rmmstream features` with two workers against uproot and numba
 * (features.py) with two processes, in turns on the same zlib files.
 * usage: node dist/bench/features.js [--python PYTHON] [--events 1000000] [--rounds 3] [--folder F]
 *
 * By the clock without the start-up (a run over the first file alone is subtracted), and by processor time likewise.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { amplifiedFiles, benchFolder } from './support/inputs.js';
import {
  type Measured,
  median,
  option,
  print,
  printRatio,
  pythonScript,
  rmmstream,
} from './support/measured.js';

const events = Number(option('events', '1000000'));
const rounds = Number(option('rounds', '3'));
const folder = benchFolder();
const output = join(folder.path, 'features-output');

function ours(files: readonly string[]): Measured {
  const args = ['--input', ...files, '--output', join(folder.path, 'features.parquet'), '--workers', '2'];
  return rmmstream('features', ...args);
}

function theirs(files: readonly string[]): Measured {
  rmSync(output, { recursive: true, force: true });
  return pythonScript('features.py', '--input', ...files, '--output', output);
}

try {
  const files = amplifiedFiles(folder.path, events);
  const [first] = files as [string];
  // Fills numba's cache of compiled kernels.
  theirs([first]);
  const start = { ours: ours([first]), theirs: theirs([first]) };
  const more = events - events / files.length;
  const ratios = { clock: [] as number[], cpu: [] as number[], whole: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    const a = ours(files);
    const b = theirs(files);
    const clock = { a: a.seconds - start.ours.seconds, b: b.seconds - start.theirs.seconds };
    const cpu = { a: a.cpuSeconds - start.ours.cpuSeconds, b: b.cpuSeconds - start.theirs.cpuSeconds };
    const micro = (seconds: number) => ((seconds / more) * 1e6).toFixed(2);
    print(
      `round ${round + 1}: rmmstream ${Math.round(more / clock.a)} events/s at length, ${micro(cpu.a)} us of a core an event; uproot + numba ${Math.round(more / clock.b)}, ${micro(cpu.b)} us`,
    );
    ratios.whole.push(b.seconds / a.seconds);
    ratios.clock.push(clock.b / clock.a);
    ratios.cpu.push(cpu.b / cpu.a);
  }
  print(`files to feature tables, ${events} events, two processes or workers, median of ${rounds} rounds`);
  printRatio('features whole', median(ratios.whole));
  printRatio('features steady', median(ratios.clock));
  printRatio('features cpu', median(ratios.cpu));
} finally {
  rmSync(output, { recursive: true, force: true });
  folder.remove();
}
