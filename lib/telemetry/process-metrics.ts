import { totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

/** How late timers of the event loop came, in seconds. */
export interface LoopDelay {
  read(): { readonly mean: number; readonly p99: number; readonly max: number };
  /** Begins to count anew. */
  reset(): void;
  stop(): void;
}

/** A delay is counted for at least this long before it is forgotten, so that two scrapers do not rob each other. */
const windowMs = 10_000;

/** What a process holds, and how much it may. */
export interface ProcessMemory {
  usage(): NodeJS.MemoryUsage;
  /** Bytes at which the system ends the process; undefined where nothing but the machine bounds it. */
  limit(): number | undefined;
}

/**
 * Shows when this process began, and its memory and event-loop delay at every scrape.
 *
 * @param startMs on the wall clock; its parts of a millisecond tell processes apart that began together
 * @returns ends the measuring
 */
export function measureProcess(
  metrics: Metrics,
  clock: { wallMs(): number; steadyMs(): number },
  delay: LoopDelay = nodeLoopDelay(),
  memory: ProcessMemory = nodeMemory,
  startMs = clock.wallMs() + (performance.timeOrigin % 1),
): () => void {
  metrics.set('startTime', {}, startMs / 1000);
  let beganMs = clock.steadyMs();
  metrics.onScrape(() => {
    const { mean, p99, max } = delay.read();
    metrics.set('eventLoopDelay', { statistic: 'mean' }, mean);
    metrics.set('eventLoopDelay', { statistic: 'p99' }, p99);
    metrics.set('eventLoopDelay', { statistic: 'max' }, max);
    if (clock.steadyMs() - beganMs >= windowMs) {
      delay.reset();
      beganMs = clock.steadyMs();
    }
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = memory.usage();
    metrics.set('memory', { area: 'resident' }, rss);
    metrics.set('memory', { area: 'heap_used' }, heapUsed);
    metrics.set('memory', { area: 'heap_total' }, heapTotal);
    metrics.set('memory', { area: 'external' }, external);
    metrics.set('memory', { area: 'array_buffers' }, arrayBuffers);
    // Of a container that may grow while it runs.
    const limit = memory.limit();
    if (limit === undefined) metrics.forget('memoryLimit', {});
    else metrics.set('memoryLimit', {}, limit);
  });
  return () => delay.stop();
}

/** Node's sampling itself costs a core 2.6 ms a second at 20 ms, and 0.6 ms at this; late is what takes seconds. */
const resolutionMs = 100;

function nodeLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  // Node counts the time between two timers, the pause that was asked for included; nothing counted gives NaN or 0.
  const seconds = (nanoseconds: number) => Math.max(0, (nanoseconds || 0) / 1e9 - resolutionMs / 1e3);
  return {
    read: () => ({
      mean: seconds(histogram.mean),
      p99: seconds(histogram.percentile(99)),
      max: seconds(histogram.max),
    }),
    reset: () => histogram.reset(),
    stop: () => histogram.disable(),
  };
}

const nodeMemory: ProcessMemory = {
  usage: process.memoryUsage,
  limit: () => ownLimit(process.constrainedMemory(), totalmem()),
};

/** A control group without a limit has none, 0, or a number beyond all memory, as the versions of Node have it. */
export function ownLimit(constrained: number | undefined, machine: number): number | undefined {
  return constrained !== undefined && constrained > 0 && constrained < machine ? constrained : undefined;
}
