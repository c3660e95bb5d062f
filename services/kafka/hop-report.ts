import type { HopResult } from '../../lib/flow/partitions/hop.js';
import type { BatchReport } from '../../lib/telemetry/reports.js';
import type { RejectReason } from '../../lib/telemetry/stage-metrics.js';
import { letterCounts } from './tell-letters.js';

/**
 * What a transaction did, as one.
 * @param bytesIn of the messages, for those that do not say what they took in themselves
 */
export function hopReport(results: readonly HopResult[], bytesIn: number, seconds: number): BatchReport {
  const rejected: Partial<Record<RejectReason, number>> = {};
  for (const result of results)
    for (const [reason, events] of result.rejected ?? [])
      rejected[reason as RejectReason] = (rejected[reason as RejectReason] ?? 0) + events;
  const letters = results.flatMap((result) => result.deadLetters);
  const sum = (of: (result: HopResult) => number) => results.reduce((total, one) => total + of(one), 0);
  return {
    eventsIn: sum((one) => one.eventsIn),
    bytesIn: sum((one) => one.bytesIn ?? bytesIn / results.length),
    eventsOut: sum((one) => (one.out === undefined ? 0 : one.eventsOut)),
    bytesOut: sum((one) => one.out?.value?.length ?? 0),
    seconds,
    rejected,
    deadLetters: Object.fromEntries(letterCounts(letters)),
  };
}
