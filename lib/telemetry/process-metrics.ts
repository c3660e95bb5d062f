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

/**
 * Shows memory and event-loop delay of this process at every scrape.
 *
 * @returns ends the measuring
 */
export function measureProcess(
  metrics: Metrics,
  clock: { steadyMs(): number },
  delay: LoopDelay = nodeLoopDelay(),
  memory: () => NodeJS.MemoryUsage = process.memoryUsage,
): () => void {
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
    const { rss, heapUsed, heapTotal, external, arrayBuffers } = memory();
    metrics.set('memory', { area: 'resident' }, rss);
    metrics.set('memory', { area: 'heap_used' }, heapUsed);
    metrics.set('memory', { area: 'heap_total' }, heapTotal);
    metrics.set('memory', { area: 'external' }, external);
    metrics.set('memory', { area: 'array_buffers' }, arrayBuffers);
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
