import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../lib/base/clock.js';
import { createMetrics } from '../../lib/telemetry/prometheus-metrics.js';
import { openTelemetry } from '../../lib/telemetry/telemetry-host.js';
import { metricsWatch } from '../../services/pipeline/metrics-watch.js';
import { phases, type RunWatch } from '../../services/pipeline/watch.js';
import { hearing, runHere, tell } from './run-here.js';

/** A run of this process with what it told its watch, and what filling metrics from that takes. */
export interface WatchAccount {
  readonly calls: number;
  /** Processor time for the metrics of all calls. */
  readonly listenerSeconds: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

interface Call {
  readonly name: keyof RunWatch;
  readonly told: readonly unknown[];
}

const seconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;

/** Processor time for filling metrics with `calls` once. The first round also compiles, as in a run. */
function secondsOfCalls(calls: readonly Call[]): number {
  const before = process.cpuUsage();
  const watch = metricsWatch(createMetrics(systemClock), systemClock);
  for (const { name, told } of calls) tell(watch, name, told);
  return seconds(process.cpuUsage(before));
}

export async function accountOfRun(config: string, output: string): Promise<WatchAccount> {
  const calls: Call[] = [];
  const watch = hearing((name, told) => void calls.push({ name, told }));
  const began = { ms: performance.now(), cpu: process.cpuUsage() };
  await runHere(config, output, watch);
  const cpuSeconds = seconds(process.cpuUsage(began.cpu));
  const wallSeconds = (performance.now() - began.ms) / 1000;
  return { calls: calls.length, listenerSeconds: secondsOfCalls(calls), seconds: wallSeconds, cpuSeconds };
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
await pause(4000);
const seconds = ({ user, system }) => (user + system) / 1e6;
const idle = [];
for (let time = 0; time < 9; time += 1) {
  const idling = process.cpuUsage();
  await pause(1000);
  idle.push(seconds(process.cpuUsage(idling)));
}
await telemetry.close();
idle.sort((a, b) => a - b);
process.stdout.write(JSON.stringify({ opening: seconds(opened), idleEachSecond: idle[4] }));
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
    return seconds(process.cpuUsage(before)) / times;
  } finally {
    await telemetry.close();
  }
}
