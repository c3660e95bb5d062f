import type { AbortedTransaction } from './committed.js';
import { type RecordBatch, recordBatches } from './record-batch.js';
import { damaged } from './record-cursor.js';

/** A fetch of one partition. */
export interface FetchAsk {
  readonly isolationLevel: 0 | 1;
  /** How long the broker waits where there is nothing, in ms. */
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: number;
      readonly maxBytes: number;
    }[];
  }[];
}

/** Answer to a fetch of one partition (Fetch, version 11). */
export interface FetchAnswer {
  readonly errorCode: number;
  /** Where readers of committed messages must stop now. */
  readonly lastStableOffset: number;
  /** First offset that is still there. */
  readonly firstOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly batches: readonly RecordBatch[];
  /** Bytes of records, whole batches or not. */
  readonly recordBytes: number;
  /** kafkajs holds requests back for so long where a quota is used up; the answer then has no records. */
  readonly clientSideThrottleTime: number;
}

/** kafkajs reads record sets too, but drops batches that compaction emptied, and with them the way past. */
export function readFetchAnswer(payload: Buffer): FetchAnswer {
  try {
    return read(payload);
  } catch (error) {
    if (error instanceof RangeError) throw damaged('the answer to a fetch is cut off');
    throw error;
  }
}

function read(payload: Buffer): FetchAnswer {
  const clientSideThrottleTime = payload.readInt32BE(0);
  const sessionError = payload.readInt16BE(4);
  const none = { lastStableOffset: -1, firstOffset: -1, aborted: [], batches: [], recordBytes: 0 };
  if (sessionError !== 0 || payload.readInt32BE(10) !== 1)
    return { ...none, errorCode: sessionError === 0 ? -1 : sessionError, clientSideThrottleTime };
  // One topic with one partition was asked for: its name, the count 1, its number.
  let at = 14;
  at += 2 + payload.readInt16BE(at) + 8;
  const errorCode = payload.readInt16BE(at);
  const lastStableOffset = Number(payload.readBigInt64BE(at + 10));
  const firstOffset = Number(payload.readBigInt64BE(at + 18));
  const abortedCount = payload.readInt32BE(at + 26);
  at += 30;
  const aborted: AbortedTransaction[] = [];
  for (let index = 0; index < abortedCount; index += 1, at += 16)
    aborted.push({
      producerId: Number(payload.readBigInt64BE(at)),
      firstOffset: Number(payload.readBigInt64BE(at + 8)),
    });
  const recordBytes = Math.max(0, payload.readInt32BE(at + 4));
  const records = payload.subarray(at + 8, at + 8 + recordBytes);
  return {
    errorCode,
    lastStableOffset,
    firstOffset,
    aborted,
    batches: errorCode === 0 ? recordBatches(records) : [],
    recordBytes,
    clientSideThrottleTime,
  };
}
