import type { OutgoingMessage } from '../../lib/kafka/client.js';
import { announce } from '../../lib/telemetry/channels.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { DeadLetterReason, StageMetrics } from '../../lib/telemetry/stage-metrics.js';

/** Dead letters by their reason. */
export function letterCounts(letters: readonly OutgoingMessage[]): ReadonlyMap<DeadLetterReason, number> {
  const counts = new Map<DeadLetterReason, number>();
  for (const { headers } of letters) {
    const reason = headers.reason as DeadLetterReason;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

/** Dead letters that have been written beside what a stage does: into its metrics, and to whoever listens. */
export function tellLetters(
  metrics: Pick<StageMetrics, 'deadLetters'>,
  stage: Stage,
  letters: readonly OutgoingMessage[],
): void {
  if (letters.length === 0) return;
  const counts = letterCounts(letters);
  for (const [reason, count] of counts) metrics.deadLetters(reason, count);
  announce('rmmstream:batch', () => ({
    stage,
    ...{ eventsIn: 0, bytesIn: 0, eventsOut: 0, bytesOut: 0, seconds: 0 },
    deadLetters: Object.fromEntries(counts),
  }));
}
