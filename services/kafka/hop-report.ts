import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { BatchReport } from '../../lib/telemetry/reports.js';
import type { DeadLetterReason, RejectReason } from '../../lib/telemetry/stage-metrics.js';

/**
 * What a transaction did, as one.
 * @param bytesIn of the messages, for those that do not say what they took in themselves
 */
export function hopReport(results: readonly HopResult[], bytesIn: number, seconds: number): BatchReport {
  const rejected: Partial<Record<RejectReason, number>> = {};
  const deadLetters: Partial<Record<DeadLetterReason, number>> = {};
  for (const result of results) {
    for (const [reason, events] of result.rejected ?? []) grow(rejected, reason as RejectReason, events);
    for (const { headers } of result.deadLetters) grow(deadLetters, headers.reason as DeadLetterReason, 1);
  }
  const sum = (of: (result: HopResult) => number) => results.reduce((total, one) => total + of(one), 0);
  return {
    eventsIn: sum((one) => one.eventsIn),
    bytesIn: sum((one) => one.bytesIn ?? bytesIn / results.length),
    eventsOut: sum((one) => (one.out === undefined ? 0 : one.eventsOut)),
    bytesOut: sum((one) => one.out?.value?.length ?? 0),
    seconds,
    rejected,
    deadLetters,
  };
}

function grow<Key extends string>(counts: Partial<Record<Key, number>>, key: Key, by: number): void {
  counts[key] = (counts[key] ?? 0) + by;
}
