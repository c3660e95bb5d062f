import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage, KafkaClient, PartitionReader } from '../../lib/kafka/client.js';
import type { Pause } from '../kafka/context.js';

/** Small, so that a look at a topic of many partitions holds little; a larger message comes all the same. */
const fetchBytes = 256 << 10;
const maxWaitMs = 500;

export interface TapOptions {
  readonly client: Pick<KafkaClient, 'admin' | 'reader'>;
  readonly topic: string;
  /** One partition; all of them where it is not given. */
  readonly partition?: number;
  /** beginning: what is there now, to its end. end: what comes from now on, until `signal` is aborted. */
  readonly from: 'beginning' | 'end';
  readonly signal: AbortSignal;
  /** Between two tries of a partition whose broker is away, where it is to last. */
  readonly pause: Pause;
  /** Hears of the first failure in a row of a partition that is tried again. */
  readonly onTrouble: (partition: number, error: RmmError) => void;
}

/** A partition that is read, and what of it is fetched and not yet given. */
interface Lane {
  readonly partition: number;
  readonly reader: PartitionReader;
  readonly end: number | undefined;
  next: number;
  messages: FetchedMessage[];
  /** The fetch that is under way. */
  fetching: Promise<void> | undefined;
  failures: number;
}

/**
 * Committed messages of a topic, of each partition one in turn. Reads by offsets of its own: it joins no group, takes
 * nobody's partition and commits nothing. From the end it outlasts brokers that are away for a while.
 * @throws kafka_topic_missing, cli_usage for a partition that it has not, and what a broker that is away gives
 */
export async function* tapTopic(
  options: TapOptions,
): AsyncGenerator<{ readonly partition: number; readonly message: FetchedMessage }, void> {
  const { client, topic, from, signal } = options;
  const all = await orStopped(client.admin.offsets(topic), signal);
  if (all === undefined) return;
  const offsets = all.filter(
    ({ partition }) => options.partition === undefined || partition === options.partition,
  );
  if (offsets.length === 0) {
    throw new RmmError(
      'cli_usage',
      `${topic} has no partition ${options.partition}; there are 0 to ${all.length - 1}`,
    );
  }
  let lanes = offsets.map(({ partition, first, end, stable }): Lane => {
    const reader = client.reader(topic, partition);
    const place = from === 'end' ? { next: end, end: undefined } : { next: first, end: stable };
    return { partition, reader, ...place, messages: [], fetching: undefined, failures: 0 };
  });
  const readers = lanes.map(({ reader }) => reader);
  try {
    while (lanes.length > 0) {
      const fetching = lanes.map((lane) => {
        lane.fetching ??= refill(lane, options).finally(() => {
          lane.fetching = undefined;
        });
        return lane.fetching;
      });
      // Of what is there each partition has its turn; what comes is not held up by a partition that is silent.
      const some: Promise<unknown> = from === 'end' ? Promise.race(fetching) : Promise.all(fetching);
      await orStopped(some, signal);
      while (lanes.some(({ messages }) => messages.length > 0)) {
        for (const lane of lanes) {
          const message = lane.messages.shift();
          if (message === undefined) continue;
          if (signal.aborted) return;
          yield { partition: lane.partition, message };
        }
      }
      if (signal.aborted) return;
      lanes = lanes.filter(({ next, end }) => end === undefined || next < end);
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
}

async function refill(lane: Lane, { from, signal, pause, onTrouble }: TapOptions): Promise<void> {
  const { partition, reader, end } = lane;
  if (end !== undefined && lane.next >= end) return;
  try {
    const fetched = await reader.fetch({
      offset: lane.next,
      maxBytes: fetchBytes,
      maxWaitMs: from === 'end' ? maxWaitMs : 0,
    });
    lane.messages = fetched.messages.filter(({ offset }) => end === undefined || offset < end);
    lane.next = fetched.nextOffset;
    lane.failures = 0;
  } catch (error) {
    const mayPass = error instanceof RmmError && error.spec.retry === true;
    if (from !== 'end' || !mayPass || signal.aborted) throw error;
    lane.failures += 1;
    if (lane.failures === 1) onTrouble(partition, error);
    await pause(lane.failures, signal);
  }
}

/** What `work` gives; undefined at once when the signal is aborted, whatever a broker that is silent takes. */
function orStopped<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
