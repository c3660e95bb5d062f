import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../lib/base/clock.js';
import { loadConfig } from '../../lib/config/index.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import { createMetrics } from '../../lib/telemetry/prometheus-metrics.js';
import { openTelemetry } from '../../lib/telemetry/telemetry-host.js';
import { metricsWatch } from '../../services/pipeline/metrics-watch.js';
import { run } from '../../services/pipeline/run.js';
import { phases, type RunWatch } from '../../services/pipeline/watch.js';

/** A run of this process with what filling its metrics took, which is on its main thread. */
export interface WatchAccount {
  readonly calls: number;
  /** By the clock, so other processes that take the core in between count as well: too much rather than too little. */
  readonly listenerSeconds: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export async function accountOfRun(config: string, output: string): Promise<WatchAccount> {
  let calls = 0;
  let listenerMs = 0;
  const timed = (watch: RunWatch): RunWatch =>
    Object.fromEntries(
      Object.entries(watch).map(([name, listener]) => [
        name,
        (...told: unknown[]) => {
          const before = performance.now();
          (listener as (...told: unknown[]) => void)(...told);
          listenerMs += performance.now() - before;
          calls += 1;
        },
      ]),
    );
  const overrides = [
    { path: 'output.directory', value: output, flag: '--output', literal: true },
    { path: 'engine.workers', value: '2', flag: '--workers' },
  ];
  const loaded = loadConfig({
    file: config,
    environment: {},
    overrides,
    currentDirectory: '.',
    needs: 'background',
  });
  const began = { ms: performance.now(), cpu: process.cpuUsage() };
  await run({
    loaded,
    fresh: true,
    extend: false,
    until: 'scores',
    progress: createProgress({ style: 'none', write: () => {}, nowMs: () => performance.now() }),
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
    watch: timed(metricsWatch(createMetrics(systemClock), systemClock)),
  });
  const { user, system } = process.cpuUsage(began.cpu);
  const seconds = (performance.now() - began.ms) / 1000;
  return { calls, listenerSeconds: listenerMs / 1000, seconds, cpuSeconds: (user + system) / 1e6 };
}

const opening = `
const before = process.cpuUsage();
const { openTelemetry } = await import(process.argv[1]);
const { metricsWatch } = await import(process.argv[2]);
const clock = { wallMs: Date.now, steadyMs: () => performance.now() };
const telemetry = await openTelemetry({ host: '127.0.0.1', port: 0, clock });
metricsWatch(telemetry.metrics, clock);
const opened = process.cpuUsage(before);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// What was loaded is compiled and swept meanwhile.
await pause(3000);
const idle = process.cpuUsage();
await pause(10_000);
const idled = process.cpuUsage(idle);
await telemetry.close();
const seconds = ({ user, system }) => (user + system) / 1e6;
process.stdout.write(JSON.stringify({ opening: seconds(opened), idleEachSecond: seconds(idled) / 10 }));
`;

/** Seconds of processor time to begin to serve, once, and while nobody asks: the delay of the event loop is sampled. */
export function secondsOfServing(): { readonly opening: number; readonly idleEachSecond: number } {
  const modules = ['../../lib/telemetry/telemetry-host.js', '../../services/pipeline/metrics-watch.js'];
  const urls = modules.map((path) => new URL(path, import.meta.url).href);
  const args = ['--input-type=module', '-e', opening, ...urls];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as { opening: number; idleEachSecond: number };
}

/** A client in a process of its own, so that its work is not counted. */
const client = `
const [url, times] = process.argv.slice(1);
for (let time = 0; time < Number(times); time += 1) await (await fetch(url)).text();
`;

/** Seconds of processor time that one scrape over HTTP takes of the process that answers. */
export async function secondsOfScrape(times = 400): Promise<number> {
  const telemetry = await openTelemetry({ host: '127.0.0.1', port: 0, clock: systemClock });
  try {
    const watch = metricsWatch(telemetry.metrics, systemClock);
    for (const stage of ['ingest', 'trainer', 'scorer'] as const) watch.waiting!(stage, 1, phases.length);
    const url = `http://127.0.0.1:${telemetry.port}/metrics`;
    const scrape = async (count: number) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', client, url, String(count)]);
      await once(child, 'close');
    };
    await scrape(times);
    const before = process.cpuUsage();
    await scrape(times);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6 / times;
  } finally {
    await telemetry.close();
  }
}
