import type { Fetched, PartitionReader } from '../../kafka/client.js';

export interface FeedOptions {
  /** Bytes of one fetch; a feed holds two of them at most. */
  readonly fetchBytes: number;
  readonly maxWaitMs: number;
}

/** A partition read in order: while one fetch is worked on, the next one is under way. */
export interface PartitionFeed {
  /** What it gives names work, which is in memory only once it was processed. */
  readonly isPlan?: boolean;
  /** The next fetch; empty where nothing came within the wait. */
  next(): Promise<Fetched>;
  close(): Promise<void>;
}

export function openFeed(reader: PartitionReader, offset: number, options: FeedOptions): PartitionFeed {
  const fetch = (from: number) =>
    reader.fetch({ offset: from, maxBytes: options.fetchBytes, maxWaitMs: options.maxWaitMs });
  let ahead: Promise<Fetched> | undefined;
  return {
    async next() {
      const fetched = await (ahead ?? fetch(offset));
      ahead = undefined;
      offset = fetched.nextOffset;
      // Only where there is something to read: else the caller's look at the end of input would come a wait late.
      if (fetched.nextOffset < fetched.endOffset) {
        ahead = fetch(offset);
        // Whoever awaits it gets the error; until then it is nobody's.
        ahead.catch(() => {});
      }
      return fetched;
    },
    async close() {
      await reader.close();
      await ahead?.catch(() => {});
    },
  };
}
