/**
 * What watching costs: `rmmstream run` with --metrics-port, scraped every second, against the same run without it, in
 * turns on the same files with the same seed.
 * usage: node dist/bench/metrics-cost.js [--python PYTHON] [--events 400000] [--rounds 9] [--slice-epochs 150]
 * [--folder F] [--every-ms 1000]
 *
 * First as an account of one run: what its main thread spends filling metrics, and what a scrape takes of the process, over
 * the processor time of the whole run. This fails above 1 %. Then within one run, whose training is watched for a second
 * and not watched for the next, in turns (`--slice-epochs` of it, 0 leaves it out). Then as whole runs, by the clock and by processor time; who is
 * first in a round alternates, and a run before is not counted. Each ratio is without / with: 1 costs nothing, 0.99 is
 * 1 %. On a busy machine whole runs differ by far more than what is looked for, as the error of their mean says.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { amplifiedFiles, benchFolder, writeConfiguration } from './support/inputs.js';
import { type Measured, median, option, print, printRatio, rmmstream } from './support/measured.js';
import type { ScraperData } from './support/scraper.js';
import { accountOfRun, secondsOfScrape, secondsOfServing } from './support/watch-account.js';
import { watchedInTurns } from './support/watch-slices.js';

const events = Number(option('events', '400000'));
const rounds = Number(option('rounds', '9'));
const sliceEpochs = Number(option('slice-epochs', '150'));
const everyMs = Number(option('every-ms', '1000'));
/** Share of the throughput that watching may cost. */
const mostCost = 0.01;
const folder = benchFolder();
const config = join(folder.path, 'metrics.yaml');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const run = (...more: string[]): Measured =>
  rmmstream('run', config, '--output', join(folder.path, 'output'), '--fresh', '--workers', '2', ...more);

async function watched(): Promise<Measured & { readonly scrapes: number }> {
  const port = await freePort();
  const answered = new Int32Array(new SharedArrayBuffer(4));
  const data: ScraperData = { url: `http://127.0.0.1:${port}/metrics`, everyMs, answered };
  const scraper = new Worker(new URL('./support/scraper.js', import.meta.url), { workerData: data });
  await once(scraper, 'online');
  try {
    return { ...run('--metrics-port', String(port)), scrapes: Atomics.load(answered, 0) };
  } finally {
    await scraper.terminate();
  }
}

function meanAndError(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

function tell(name: string, ratios: readonly number[], of: string): void {
  if (ratios.length < 2) return;
  const { mean, error } = meanAndError(ratios);
  const middle = median(ratios);
  print(
    `${name}: mean ${mean.toFixed(4)} +- ${error.toFixed(4)}, median ${middle.toFixed(4)} of ${ratios.length} ${of}`,
  );
  printRatio(`metrics-cost ${name}`, middle);
}

try {
  const files = amplifiedFiles(folder.path, events);
  writeConfiguration(config, [files], '{ epochs: 2, megasets: 2, seed: 1 }');
  run();
  const account = await accountOfRun(config, join(folder.path, 'accounted'));
  const scrape = await secondsOfScrape();
  const scrapes = account.seconds / (everyMs / 1000);
  const { opening, idleEachSecond } = secondsOfServing();
  const spent = account.listenerSeconds + scrapes * scrape + account.seconds * idleEachSecond;
  const share = spent / account.cpuSeconds;
  const ms = (seconds: number) => `${(seconds * 1000).toFixed(2)} ms`;
  print(
    `accounted: of ${account.cpuSeconds.toFixed(2)} s of cores ${account.calls} calls took ${ms(account.listenerSeconds)}, ${scrapes.toFixed(0)} scrapes ${ms(scrape)} each, sampling ${ms(idleEachSecond)} a second: ${(share * 100).toFixed(3)} %; and ${ms(opening)} once at the start`,
  );
  printRatio('metrics-cost accounted', 1 - share);
  if (share >= mostCost) {
    print(`watching costs more than ${mostCost * 100} %`);
    process.exitCode = 1;
  }
  if (sliceEpochs > 0) {
    writeConfiguration(config, [files], `{ epochs: ${sliceEpochs}, megasets: 2, seed: 1 }`);
    const output = join(folder.path, 'in-turns');
    const inTurns = await watchedInTurns(config, output, { sliceMs: 1000, everyMs });
    print(`in one run: ${inTurns.scrapes} scrapes; training rows a second, watched over not watched`);
    tell('in one run, seconds', inTurns.seconds, 'pairs');
    tell('in one run, cpu', inTurns.cpu, 'pairs');
    writeConfiguration(config, [files], '{ epochs: 2, megasets: 2, seed: 1 }');
  }
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0 ? undefined : await watched();
    const alone = run();
    const other = first ?? (await watched());
    print(
      `round ${round + 1}: alone ${alone.seconds.toFixed(2)} s, ${alone.cpuSeconds.toFixed(2)} s of cores; watched ${other.seconds.toFixed(2)} s, ${other.cpuSeconds.toFixed(2)} s of cores, ${other.scrapes} scrapes`,
    );
    seconds.push(alone.seconds / other.seconds);
    cpu.push(alone.cpuSeconds / other.cpuSeconds);
  }
  tell('seconds', seconds, 'rounds');
  tell('cpu', cpu, 'rounds');
} finally {
  folder.remove();
}
