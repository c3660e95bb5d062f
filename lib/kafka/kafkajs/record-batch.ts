import { crc32c } from '@node-rs/crc32';
import type { FetchedMessage } from '../client.js';
import { damaged, RecordCursor } from './record-cursor.js';

/** Bytes of a batch in front of its records. */
const headerBytes = 61;
/** Bytes in front of those that the length counts. */
const lengthEnd = 12;
const magicAt = 16;
const crcAt = 17;
const attributesAt = 21;

/** A record batch as it lies in the log: what its header says, and its records, compressed or not. */
export interface RecordBatch {
  readonly baseOffset: number;
  /** Of the last record that the batch ever had: compaction may have taken it away. */
  readonly lastOffset: number;
  /** Number of the compression; 0 for none. */
  readonly codec: number;
  readonly isTransactional: boolean;
  /** Holds the end of a transaction and no message. */
  readonly isControl: boolean;
  readonly baseTimestampMs: number;
  /** Where the broker sets the time, it is this one for all records. */
  readonly appendTimestampMs: number | undefined;
  readonly producerId: number;
  readonly count: number;
  readonly records: Buffer;
}

function long(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at));
}

/**
 * The whole batches of a fetched record set; brokers cut the last one where the asked number of bytes ends.
 * @throws kafka_request_failed where a batch is damaged or older than Kafka 0.11
 */
export function recordBatches(bytes: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let start = 0;
  while (bytes.length - start > magicAt) {
    const end = start + lengthEnd + bytes.readInt32BE(start + 8);
    if (bytes[start + magicAt] !== 2) throw damaged(`its format is version ${bytes[start + magicAt]}, not 2`);
    if (end > bytes.length) break;
    if (end - start < headerBytes) throw damaged(`it has ${end - start} bytes`);
    const batch = bytes.subarray(start, end);
    if (crc32c(batch.subarray(attributesAt)) !== batch.readUInt32BE(crcAt))
      throw damaged(`the checksum at offset ${long(batch, 0)} differs`);
    const attributes = batch.readInt16BE(attributesAt);
    batches.push({
      baseOffset: long(batch, 0),
      lastOffset: long(batch, 0) + batch.readInt32BE(23),
      codec: attributes & 7,
      isTransactional: (attributes & 16) !== 0,
      isControl: (attributes & 32) !== 0,
      baseTimestampMs: long(batch, 27),
      appendTimestampMs: (attributes & 8) !== 0 ? long(batch, 35) : undefined,
      producerId: long(batch, 43),
      count: batch.readInt32BE(57),
      records: batch.subarray(headerBytes),
    });
    start = end;
  }
  return batches;
}

/** Whether a control batch says that a transaction was aborted. */
export function isAbortMarker(batch: RecordBatch): boolean {
  if (!batch.isControl || batch.count < 1) return false;
  const cursor = new RecordCursor(batch.records);
  cursor.varint();
  cursor.skip(1);
  cursor.varint();
  cursor.varint();
  const key = cursor.field();
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}

/**
 * Messages of a batch from an offset on.
 * @param plain the records, not compressed
 */
export function messagesOf(batch: RecordBatch, plain: Buffer, fromOffset: number): FetchedMessage[] {
  const messages: FetchedMessage[] = [];
  const cursor = new RecordCursor(plain);
  for (let index = 0; index < batch.count; index += 1) {
    const length = cursor.varint();
    const end = cursor.offset + length;
    if (length < 0 || length > cursor.left) throw damaged(`record ${index} of ${batch.count} is cut off`);
    cursor.skip(1);
    const timestampMs = batch.baseTimestampMs + cursor.varint();
    const offset = batch.baseOffset + cursor.varint();
    if (offset >= fromOffset) {
      const key = cursor.field();
      messages.push({
        offset,
        timestampMs: batch.appendTimestampMs ?? timestampMs,
        key: key === null ? null : key.toString('utf8'),
        value: cursor.field(),
        headers: headersOf(cursor),
      });
    }
    if (cursor.offset > end) throw damaged(`record ${index} of ${batch.count} is longer than it says`);
    cursor.offset = end;
  }
  return messages;
}

function headersOf(cursor: RecordCursor): Map<string, string> {
  const headers = new Map<string, string>();
  // Each takes two bytes at least, so a false count ends with the bytes.
  for (let left = cursor.varint(); left > 0; left -= 1) {
    const key = cursor.field();
    const value = cursor.field();
    headers.set(key === null ? '' : key.toString('utf8'), value === null ? '' : value.toString('utf8'));
  }
  return headers;
}
