import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../lib/base/clock.js';
import { createHealth } from '../../lib/telemetry/health.js';
import { openHealthServer } from '../../lib/telemetry/health-server.js';
import { measureProcess } from '../../lib/telemetry/process-metrics.js';
import { createMetrics } from '../../lib/telemetry/prometheus-metrics.js';
import { metricsWatch } from '../../services/pipeline/metrics-watch.js';
import type { RunWatch } from '../../services/pipeline/watch.js';
import { hearing, runHere, tell } from './run-here.js';

/** What a slice of the training was like. */
interface Slice {
  readonly isWatched: boolean;
  readonly rowsPerSecond: number;
  readonly rowsPerCpuSecond: number;
}

/** Ratios of neighbouring slices, watched over not watched. */
export interface SliceRatios {
  readonly seconds: readonly number[];
  readonly cpu: readonly number[];
  readonly scrapes: number;
}

/** Asks while it is told to, in a process of its own, so that its work is not counted. */
const scraper = `
const [url, everyMs] = process.argv.slice(1);
let isOn = false;
process.on('message', (on) => { isOn = on; });
process.on('disconnect', () => process.exit(0));
setInterval(async () => {
  if (!isOn) return;
  await (await fetch(url)).text();
  process.send('scraped');
}, Number(everyMs));
process.send('ready');
`;

/**
 * One run, whose training is watched in turns: for a slice reports fill metrics and the page is scraped; for the next neither
 * is done. The event loop is sampled all the time: that is in the account. Which comes first alternates, so that a machine that becomes
 * slower or faster counts for neither.
 */
export async function watchedInTurns(
  config: string,
  output: string,
  { sliceMs, everyMs }: { readonly sliceMs: number; readonly everyMs: number },
): Promise<SliceRatios> {
  const metrics = createMetrics(systemClock);
  const filled = metricsWatch(metrics, systemClock);
  const health = createHealth({ clock: systemClock });
  const server = await openHealthServer({ host: '127.0.0.1', port: 0, health, metrics });
  const url = `http://127.0.0.1:${server.port}/metrics`;
  const args = ['--input-type=module', '-e', scraper, url, String(everyMs)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let scrapes = 0;
  child.on('message', (said) => {
    if (said === 'scraped') scrapes += 1;
  });
  try {
    await once(child, 'message');
    const endMeasuring = measureProcess(metrics, systemClock);
    const turns = new Turns(filled, child);
    const stop = new AbortController();
    const slicing = turns.go(sliceMs, stop.signal);
    await runHere(config, output, turns.watch);
    stop.abort();
    await slicing;
    endMeasuring();
    return { ...ratiosOf(turns.slices), scrapes };
  } finally {
    child.disconnect();
    await server.close();
  }
}

class Turns {
  readonly slices: Slice[] = [];
  readonly watch: RunWatch;
  readonly #child: ChildProcess;
  #isOn = false;
  #rows = 0;
  #isTraining = false;

  constructor(filled: RunWatch, child: ChildProcess) {
    this.#child = child;
    this.watch = hearing((name, told) => {
      if (name === 'batch' && told[0] === 'trainer')
        this.#rows += (told[1] as { readonly eventsIn: number }).eventsIn;
      if (name === 'phase' && told[0] === 'train')
        this.#isTraining = told[1] === 'started' || told[1] === 'running';
      if (this.#isOn) tell(filled, name, told);
    });
  }

  /** Slices as long as there is training, but for the first seconds of it. */
  async go(sliceMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#rows === 0) await wait(50);
    await wait(3 * sliceMs);
    for (let number = 0; !signal.aborted && this.#isTraining; number += 1) {
      const slice = await this.#slice([false, true, true, false][number % 4]!, sliceMs);
      if (this.#isTraining) this.slices.push(slice);
    }
  }

  async #slice(isWatched: boolean, sliceMs: number): Promise<Slice> {
    this.#child.send(isWatched);
    const before = { ms: performance.now(), cpu: process.cpuUsage(), rows: this.#rows };
    this.#isOn = isWatched;
    await wait(sliceMs);
    const rows = this.#rows - before.rows;
    const { user, system } = process.cpuUsage(before.cpu);
    const seconds = (performance.now() - before.ms) / 1000;
    return { isWatched, rowsPerSecond: rows / seconds, rowsPerCpuSecond: (rows * 1e6) / (user + system) };
  }
}

function ratiosOf(slices: readonly Slice[]): Pick<SliceRatios, 'seconds' | 'cpu'> {
  const seconds: number[] = [];
  const cpu: number[] = [];
  for (let at = 0; at + 1 < slices.length; at += 2) {
    const [first, second] = [slices[at]!, slices[at + 1]!];
    const [watched, alone] = first.isWatched ? [first, second] : [second, first];
    seconds.push(watched.rowsPerSecond / alone.rowsPerSecond);
    cpu.push(watched.rowsPerCpuSecond / alone.rowsPerCpuSecond);
  }
  return { seconds, cpu };
}
