import type { Health } from '../telemetry/health.js';
import type { StageMetrics } from '../telemetry/stage-metrics.js';
import { type Stall, stallText } from './stall-watch.js';

/**
 * Makes a service unready while partitions are stalled, and counts them. Call it with what StallWatch says, every
 * few seconds: with nothing as well, which clears what was there.
 */
export function stallReport(
  health: Pick<Health, 'fault' | 'clear'>,
  metrics: Pick<StageMetrics, 'stalled'>,
): (stalls: readonly Stall[]) => void {
  let reported: ReadonlySet<string> = new Set();
  return (stalls) => {
    const now = new Map(stalls.map((stall) => [`stall:${stall.topic}:${stall.partition}`, stallText(stall)]));
    for (const key of reported) {
      if (!now.has(key)) health.clear(key);
    }
    for (const [key, text] of now) health.fault(key, text);
    reported = new Set(now.keys());
    metrics.stalled(stalls.length);
  };
}
