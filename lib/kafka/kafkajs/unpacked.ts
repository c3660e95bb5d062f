import { RmmError } from '../../base/error.js';
import type { FetchedMessage } from '../client.js';
import { decompress } from './codecs.js';
import { messagesOf, type RecordBatch } from './record-batch.js';

const noHeaders: ReadonlyMap<string, string> = new Map();

/**
 * Messages of a batch from an offset on. The checksum of the batch is right, so it is as somebody wrote it: where
 * it cannot be unpacked it never will be, and a message that says so stands for each of its offsets. A reader that
 * failed instead would stay there for ever.
 */
export async function unpacked(batch: RecordBatch, fromOffset: number): Promise<readonly FetchedMessage[]> {
  try {
    const plain = await decompress(batch.codec, batch.records);
    return messagesOf(batch, plain, fromOffset);
  } catch (error) {
    if (!(error instanceof RmmError)) throw error;
    const { message: unreadable } = error;
    const timestampMs = batch.appendTimestampMs ?? batch.baseTimestampMs;
    const first = Math.max(fromOffset, batch.baseOffset);
    return Array.from({ length: Math.max(0, batch.lastOffset + 1 - first) }, (_, at) => ({
      offset: first + at,
      timestampMs,
      key: null,
      value: null,
      headers: noHeaders,
      unreadable,
    }));
  }
}
