import { backoffMs } from '../../lib/base/backoff.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { ServiceTools } from '../../lib/flow/host-service.js';
import { byBytes } from '../../lib/flow/partitions/hop.js';
import type { HopPosition } from '../../lib/flow/partitions/hop-position.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import { type Ending, type ProgressRecord, progressMessage } from './progress-records.js';
import type { ProgressView } from './progress-view.js';
import type { RunNames } from './topics.js';

/** What every part of a service works with. */
export interface ServiceContext {
  readonly loaded: LoadedConfig;
  readonly names: RunNames;
  readonly client: KafkaClient;
  readonly view: ProgressView;
  readonly tools: ServiceTools;
  /** Waits before try number `attempt`; resolves early when the signal is aborted. */
  readonly pause: Pause;
}

export type Pause = (attempt: number, signal: AbortSignal) => Promise<void>;

/** Growing pauses with chance in them; the longest is kafka.retry_max_ms. */
export function pauses(
  maxMs: number,
  random: () => number,
  clock: Pick<ServiceTools['clock'], 'after'>,
): Pause {
  return async (attempt, signal) => {
    try {
      await sleep(backoffMs(attempt, { maxMs, random }), signal, clock);
    } catch {
      // Aborted: whoever waits looks at the signal.
    }
  };
}

/** Most bytes of one request: a topic's limit holds for the batch that a request makes of its messages. */
export function requestBytesOf({ loaded }: Pick<ServiceContext, 'loaded'>): number {
  return loaded.config.kafka.topics.max_message_bytes / 2;
}

/** Writes records to `progress` in one transaction. */
export async function record(
  context: Pick<ServiceContext, 'names' | 'loaded'>,
  { producer }: Pick<Tenure, 'producer'>,
  records: readonly ProgressRecord[],
): Promise<void> {
  const parts = byBytes(records.map(progressMessage), requestBytesOf(context));
  await producer.transaction(async (transaction) => {
    for (const part of parts) await transaction.send(context.names.topic('progress'), 0, part);
  });
}

/**
 * Sees that a role is still ours, by a commit of its position that brokers refuse to all but its owner; nobody reads
 * the position of a role.
 * @throws kafka_fenced
 */
export async function claimRole(
  { names }: Pick<ServiceContext, 'names'>,
  role: string,
  { producer, committed }: Pick<Tenure, 'producer' | 'committed'>,
): Promise<void> {
  const position = committed ?? { offset: 0, metadata: '' };
  const place = { group: names.group(role), topic: names.topic('progress'), partition: 0 };
  await producer.transaction((transaction) => transaction.commitOffset({ ...place, ...position }));
}

/**
 * Puts the end of an output on record once the position of the hop that makes it is at the end of its input.
 * @param end of the input, once it is known
 */
export async function settleEnd(
  context: ServiceContext,
  of: Ending,
  end: number | undefined,
  at: HopPosition,
  tenure: Tenure,
): Promise<void> {
  if (end === undefined || at.input < end) return;
  const known = context.view.state.end(of, tenure.partition);
  if (known !== undefined && known.input >= end) return;
  await record(context, tenure, [
    { type: 'end', of, partition: tenure.partition, offset: at.output, messages: at.written, input: end },
  ]);
  // Reads its own record, so that it is not written again at the next look.
  await context.view.catchUp(tenure.signal);
}
