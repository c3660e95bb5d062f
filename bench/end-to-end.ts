/**
 * Files to Parquet scores with a finished AE small: `rmmstream score` with two workers against the tuned Python
 * counterpart (python/rival.py: uproot, numba, onnxruntime, pyarrow) with two processes, in turns on the same
 * zlib files; both write the same columns.
 * usage: node dist/bench/end-to-end.js [--python PYTHON] [--events 1000000] [--rounds 3] [--folder F] [--thesis]
 *
 * Steady state: by the clock from the moment each says that it reads events (ours: the stages `weights` and
 * `score`, the start of workers included; theirs: when both processes are ready); and by processor time, where a
 * run over the first file alone is subtracted. On a busy machine only processor time is fair.
 * `--thesis` measures the thesis-like flow too (python/thesis_flow.py: RDataFrame, pandas, Keras), at few events,
 * and takes its rate at length from two sizes; it is compared at as many events as the first file holds.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { amplifiedFiles, backgroundFiles, benchFolder, finishedModel } from './support/inputs.js';
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
const output = join(folder.path, 'output');

interface Run extends Measured {
  readonly steadySeconds: number;
}

function ours(files: readonly string[], model: string): Run {
  const args = ['--model', model, '--input', ...files, '--output', output, '--workers', '2', '--fresh'];
  const measured = rmmstream('score', ...args);
  const { timing } = JSON.parse(readFileSync(join(output, 'run.json'), 'utf8')) as {
    timing: { stages: Record<string, { seconds: number }>; seconds: number };
  };
  return { ...measured, steadySeconds: timing.seconds };
}

function theirs(files: readonly string[]): Run {
  rmSync(output, { recursive: true, force: true });
  const measured = pythonScript('python/rival.py', '--input', ...files, '--output', output);
  const report = JSON.parse(measured.output) as { steady_seconds: number; peak_rss_mb: number };
  return { ...measured, steadySeconds: report.steady_seconds, peakMebibytes: report.peak_rss_mb };
}

function thesis(files: readonly string[], limit: number): number {
  const args = [
    '--input',
    ...files,
    '--output',
    join(folder.path, 'thesis.parquet'),
    '--events',
    String(limit),
  ];
  return (JSON.parse(pythonScript('python/thesis_flow.py', ...args).output) as { seconds: number }).seconds;
}

const rate = (count: number, seconds: number) => Math.round(count / seconds).toLocaleString('en');

try {
  const files = amplifiedFiles(folder.path, events);
  const model = finishedModel(folder.path);
  const [first] = files as [string];
  // Fills numba's cache of compiled kernels.
  theirs([first]);
  const start = { ours: ours([first], model), theirs: theirs([first]) };
  const more = events - events / files.length;
  const kinds = ['whole', 'steady', 'cpu'] as const;
  const ratios: Record<(typeof kinds)[number], number[]> = { whole: [], steady: [], cpu: [] };
  for (let round = 0; round < rounds; round += 1) {
    const a = ours(files, model);
    const b = theirs(files);
    const cpu = { a: a.cpuSeconds - start.ours.cpuSeconds, b: b.cpuSeconds - start.theirs.cpuSeconds };
    print(
      `round ${round + 1}: rmmstream ${rate(events, a.seconds)} events/s whole, ${rate(events, a.steadySeconds)} steady, ${((cpu.a / more) * 1e6).toFixed(2)} us of a core an event at length, ${Math.round(a.peakMebibytes)} MiB; Python ${rate(events, b.seconds)}, ${rate(events, b.steadySeconds)}, ${((cpu.b / more) * 1e6).toFixed(2)} us, ${Math.round(b.peakMebibytes)} MiB`,
    );
    ratios.whole.push(b.seconds / a.seconds);
    ratios.steady.push(b.steadySeconds / a.steadySeconds);
    ratios.cpu.push(cpu.b / cpu.a);
  }
  print(`files to scores, ${events} events, two processes or workers, median of ${rounds} rounds`);
  for (const kind of kinds) printRatio(`end-to-end ${kind}`, median(ratios[kind]));
  if (process.argv.includes('--thesis')) {
    const sizes = [option('thesis-few', '20000'), option('thesis-many', '80000')].map(Number);
    const [short, long] = sizes.map((size) => thesis(backgroundFiles().slice(0, 1), size));
    const perEvent = (long! - short!) / (sizes[1]! - sizes[0]!);
    const each = events / files.length;
    const whole = long! + perEvent * (each - sizes[1]!);
    print(
      `thesis-like flow: ${short!.toFixed(1)} s for ${sizes[0]}, ${long!.toFixed(1)} s for ${sizes[1]}: ${rate(1, perEvent)} events/s at length, so ${whole.toFixed(0)} s for ${each} (not run at that size); rmmstream ${start.ours.seconds.toFixed(1)} s for ${each}, start-up included`,
    );
    printRatio('end-to-end thesis', whole / start.ours.seconds);
  }
} finally {
  rmSync(output, { recursive: true, force: true });
  folder.remove();
}
