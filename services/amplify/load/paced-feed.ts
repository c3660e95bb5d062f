import type { Clock } from '../../../lib/base/clock.js';
import { sleep } from '../../../lib/flow/backoff.js';
import type { PartitionFeed } from '../../../lib/flow/partitions/partition-feed.js';
import type { TokenBucket } from '../../../lib/flow/token-bucket.js';
import type { Fetched, FetchedMessage } from '../../../lib/kafka/client.js';

export interface Pace {
  readonly bucket: TokenBucket;
  readonly clock: Pick<Clock, 'after' | 'steadyMs'>;
  /** Events of the message at an offset. */
  readonly eventsAt: (offset: number) => number;
  /** Longest time that `next` may take: what it feeds has other things to look at. */
  readonly maxWaitMs: number;
  readonly signal: AbortSignal;
}

/**
 * Gives the messages of a feed at the rate of a bucket, which several feeds may share. It waits before a message is
 * given, so never with a transaction open, and holds one fetch of the feed at most.
 */
export function pacedFeed(feed: PartitionFeed, pace: Pace): PartitionFeed {
  const { bucket, clock, eventsAt, maxWaitMs, signal } = pace;
  let held: Fetched | undefined;
  let waiting: FetchedMessage[] = [];
  /** From when on the first message that waits may go. */
  let atMs: number | undefined;
  return {
    isPlan: feed.isPlan === true,
    async next(): Promise<Fetched> {
      if (held === undefined || waiting.length === 0) {
        held = await feed.next();
        waiting = [...held.messages];
      }
      const { nextOffset, endOffset } = held;
      const first = waiting[0];
      if (first === undefined) return held;
      atMs ??= bucket.reserve(eventsAt(first.offset));
      const waitMs = atMs - clock.steadyMs();
      if (waitMs > 0) await sleep(Math.min(waitMs, maxWaitMs), signal, clock).catch(() => {});
      if (signal.aborted || waitMs > maxWaitMs) return { messages: [], nextOffset: first.offset, endOffset };
      atMs = undefined;
      const messages = [waiting.shift()!];
      // A rate that one message at a time does not reach: those whose moment has passed go along.
      while (waiting.length > 0 && bucket.nextMs <= clock.steadyMs()) {
        bucket.reserve(eventsAt(waiting[0]!.offset));
        messages.push(waiting.shift()!);
      }
      return { messages, nextOffset: waiting[0]?.offset ?? nextOffset, endOffset };
    },
    close: () => feed.close(),
  };
}
