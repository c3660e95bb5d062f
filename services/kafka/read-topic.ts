import type { FetchedMessage, KafkaClient } from '../../lib/kafka/client.js';

const fetchBytes = 8 << 20;
const maxWaitMs = 500;

/** Which part of a partition to read. */
export interface ReadSpan {
  /** First offset; by default the first that is still there. */
  readonly from?: number;
  /** Offset behind the last, which is waited for; by default the end of the partition as it is now. */
  readonly to?: number;
}

/**
 * Reads a partition from its first message to its present end, committed messages only, and nothing behind it.
 * @param take may answer `enough`, or a promise of it: the reading then ends behind that message
 * @returns the offset behind the last message that was looked at, at most the end: where the next reading begins
 */
export async function readTopic(
  client: KafkaClient,
  topic: string,
  partition: number,
  signal: AbortSignal,
  take: (message: FetchedMessage) => unknown,
  span: ReadSpan = {},
): Promise<number> {
  const offsets = (await client.admin.offsets(topic)).find((found) => found.partition === partition);
  const end = span.to ?? offsets?.end ?? 0;
  let offset = span.from ?? offsets?.first ?? 0;
  const reader = client.reader(topic, partition);
  try {
    while (offset < end) {
      signal.throwIfAborted();
      const { messages, nextOffset, endOffset } = await reader.fetch({
        offset,
        maxBytes: fetchBytes,
        maxWaitMs,
      });
      for (const message of messages) {
        if (message.offset >= end) break;
        if ((await take(message)) === 'enough') return message.offset + 1;
      }
      // What the fetch brought of behind the end was not taken: the next reading begins with it.
      offset = Math.min(nextOffset, end);
      // What lies behind is of a transaction that is still open.
      if (span.to === undefined && nextOffset >= endOffset) break;
    }
  } finally {
    await reader.close();
  }
  return offset;
}
