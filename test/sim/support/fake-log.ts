import { RmmError } from '../../../lib/base/error.js';
import type { Fetched, FetchedMessage } from '../../../lib/kafka/client.js';

/** A place in the log of a partition. */
export interface Entry {
  /** undefined for a control record, and for what compaction took. */
  message: FetchedMessage | undefined;
  state: 'open' | 'committed' | 'aborted';
}

/** End of what readers of committed messages can see. */
export function stableEnd(log: readonly Entry[]): number {
  const open = log.findIndex(({ state }) => state === 'open');
  return open < 0 ? log.length : open;
}

/** What a fetch gives. @param first offset that is still there */
export function read(log: readonly Entry[], first: number, offset: number, maxBytes: number): Fetched {
  const endOffset = stableEnd(log);
  if (offset > log.length || offset < first)
    throw new RmmError('kafka_data_lost', `offset ${offset} is out of range`);
  const messages: FetchedMessage[] = [];
  let bytes = 0;
  let nextOffset = offset;
  while (nextOffset < endOffset && (bytes < maxBytes || messages.length === 0)) {
    const { message, state } = log[nextOffset]!;
    nextOffset += 1;
    if (message === undefined || state !== 'committed') continue;
    messages.push(message);
    bytes += message.value?.length ?? 0;
  }
  return { messages, nextOffset, endOffset };
}
