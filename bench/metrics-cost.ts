/**
 * What watching costs: `rmmstream run` with --metrics-port, scraped every second, against the same run without it, in
 * turns on the same files with the same seed.
 * usage: node dist/bench/metrics-cost.js [--python PYTHON] [--events 400000] [--rounds 9] [--folder F] [--every-ms 1000]
 *
 * By the clock and by processor time of the command; on a busy machine only processor time is fair. Who is first in a
 * round alternates, a round before is not counted. Each ratio is without / with: 1 costs nothing, and 0.99 is 1 %. Its error is that of the
 * mean over the rounds. What a scrape itself takes is measured apart, since it is the part that the frequency scales.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../lib/base/clock.js';
import { createMetrics } from '../lib/telemetry/prometheus-metrics.js';
import { metricsWatch } from '../services/pipeline/metrics-watch.js';
import { amplifiedFiles, benchFolder, writeConfiguration } from './support/inputs.js';
import { type Measured, median, option, print, printRatio, rmmstream } from './support/measured.js';
import type { ScraperData } from './support/scraper.js';

const events = Number(option('events', '400000'));
const rounds = Number(option('rounds', '9'));
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

/** Milliseconds of processor time for one text of /metrics of a run. */
async function scrapeMs(): Promise<number> {
  const metrics = createMetrics(systemClock);
  const watch = metricsWatch(metrics, systemClock);
  for (const stage of ['ingest', 'trainer', 'scorer'] as const) watch.waiting!(stage, 1, 2);
  const times = 500;
  for (let time = 0; time < times; time += 1) await metrics.text();
  const before = process.cpuUsage();
  for (let time = 0; time < times; time += 1) await metrics.text();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

function meanAndError(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}

try {
  const files = amplifiedFiles(folder.path, events);
  writeConfiguration(config, [files], '{ epochs: 2, megasets: 2, seed: 1 }');
  run();
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
  const each = await scrapeMs();
  print(
    `a scrape takes ${each.toFixed(2)} ms of a core: ${((each / everyMs) * 100).toFixed(3)} % of one at ${everyMs} ms`,
  );
  for (const [name, ratios] of [
    ['seconds', seconds],
    ['cpu', cpu],
  ] as const) {
    const { mean, error } = meanAndError(ratios);
    print(
      `${name}: mean ${mean.toFixed(4)} +- ${error.toFixed(4)}, median ${median(ratios).toFixed(4)} of ${rounds} rounds`,
    );
    printRatio(`metrics-cost ${name}`, median(ratios));
    // A busy machine adds errors of some per cent: only what is beyond them is a failure.
    if (name === 'cpu' && mean + 2 * error < 1 - mostCost) {
      print(`watching costs more than ${mostCost * 100} %`);
      process.exitCode = 1;
    }
  }
} finally {
  folder.remove();
}
