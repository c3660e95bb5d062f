import { RmmError } from '../../../lib/base/error.js';
import type { Config } from '../../../lib/config/index.js';
import { blockEntries } from '../../../lib/flow/ranges.js';
import type { LoadOrder } from './load-order.js';

/** How a limit of events that wait for their scores bounds the load itself. */
export interface WaitingLimit {
  /** Events a second that a load with this limit has at most. */
  readonly mostPerSecond: number;
  /** A limit above which windows of score files fill, which bounds nothing. */
  readonly freeAbove: number;
}

/**
 * Events count as scored when their position is committed: with a window of files that is full, or where none fills, as
 * often as open ones are written. So a limit below the events of all open windows is itself a bound of the load.
 * @returns undefined where there is no such bound below the rate that was ordered
 * @throws config_conflict for a bounded run, which scores nothing before its plan is complete
 */
export function waitingLimit(
  { maxWaiting, rate = Number.POSITIVE_INFINITY }: Pick<LoadOrder, 'maxWaiting' | 'rate'>,
  { input, kafka, continuous }: Pick<Config, 'input' | 'kafka' | 'continuous'>,
): WaitingLimit | undefined {
  if (maxWaiting === undefined) return undefined;
  if (input.mode === 'bounded')
    throw new RmmError(
      'config_conflict',
      '--max-waiting is for a run without end (input.mode: continuous): a bounded run scores nothing before its plan is complete, so that no load would come any more; leave it out, or give --events',
    );
  const freeAbove = kafka.topics.partitions * kafka.sink_window_offsets * blockEntries;
  const mostPerSecond = maxWaiting / (continuous.write_interval_ms / 1000);
  return maxWaiting > freeAbove || rate <= mostPerSecond ? undefined : { mostPerSecond, freeAbove };
}
