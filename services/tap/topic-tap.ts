import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage, KafkaClient, PartitionReader } from '../../lib/kafka/client.js';

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
}

/** A partition that is read, and what of it is fetched and not yet given. */
interface Lane {
  readonly partition: number;
  readonly reader: PartitionReader;
  readonly end: number | undefined;
  next: number;
  messages: FetchedMessage[];
}

/**
 * Committed messages of a topic, of each partition one in turn. Reads by offsets of its own: it joins no group, takes
 * nobody's partition and commits nothing.
 * @throws kafka_topic_missing, cli_usage for a partition that it has not, and what a broker that is away gives
 */
export async function* tapTopic(
  options: TapOptions,
): AsyncGenerator<{ readonly partition: number; readonly message: FetchedMessage }, void> {
  const { client, topic, from, signal } = options;
  const all = await client.admin.offsets(topic);
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
    return from === 'end'
      ? { partition, reader, next: end, end: undefined, messages: [] }
      : { partition, reader, next: first, end: stable, messages: [] };
  });
  const readers = lanes.map(({ reader }) => reader);
  try {
    while (lanes.length > 0 && !signal.aborted) {
      await Promise.all(lanes.map((lane) => refill(lane, from)));
      while (lanes.some(({ messages }) => messages.length > 0)) {
        for (const lane of lanes) {
          const message = lane.messages.shift();
          if (message === undefined) continue;
          if (signal.aborted) return;
          yield { partition: lane.partition, message };
        }
      }
      lanes = lanes.filter(({ next, end }) => end === undefined || next < end);
    }
  } finally {
    for (const reader of readers) await reader.close();
  }
}

async function refill(lane: Lane, from: 'beginning' | 'end'): Promise<void> {
  const { reader, end } = lane;
  if (end !== undefined && lane.next >= end) return;
  const fetched = await reader.fetch({
    offset: lane.next,
    maxBytes: fetchBytes,
    maxWaitMs: from === 'end' ? maxWaitMs : 0,
  });
  lane.messages = fetched.messages.filter(({ offset }) => end === undefined || offset < end);
  lane.next = fetched.nextOffset;
}
