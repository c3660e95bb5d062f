import { RmmError } from '../../base/error.js';
import type { OutgoingMessage } from '../client.js';
import type { WireMessage } from './wire.js';

/** Header of a record batch, in front of the first record. */
const batchBytes = 61;
/** Longest numbers of a record: its length, attributes, time, offset, lengths of key and value, headers. */
const recordBytes = 5 + 1 + 10 + 5 + 5 + 5 + 5;
/** Lengths of the name and the value of a header. */
const headerBytes = 10;

/** Small messages are put together up to this size; there is one request for each batch. */
const fullBatchBytes = 1_048_576;

/** Upper bound of the bytes of a message in the log, not compressed. */
export function encodedBytes({ key, value, headers }: OutgoingMessage): number {
  let bytes = recordBytes + (value?.length ?? 0) + (key === null ? 0 : Buffer.byteLength(key));
  for (const [name, text] of Object.entries(headers))
    bytes += headerBytes + Buffer.byteLength(name) + Buffer.byteLength(text);
  return bytes;
}

/** @throws kafka_message_too_large */
export function checkSizes(
  messages: readonly OutgoingMessage[],
  maxMessageBytes: number,
  topic: string,
): void {
  for (const message of messages) {
    const bytes = batchBytes + encodedBytes(message);
    if (bytes <= maxMessageBytes) continue;
    throw new RmmError(
      'kafka_message_too_large',
      `writing to topic ${topic}: message ${message.key ?? 'without a key'} takes ${bytes} bytes, at most ${maxMessageBytes} are allowed (kafka.topics.max_message_bytes)`,
      { context: { topic, bytes, max_message_bytes: maxMessageBytes } },
    );
  }
}

/** Cuts messages into record batches, in order: each as full as `fullBatchBytes` allows, large ones alone. */
export function intoBatches(messages: readonly OutgoingMessage[], maxMessageBytes: number): WireMessage[][] {
  const most = Math.min(fullBatchBytes, maxMessageBytes);
  const batches: WireMessage[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const bytes = encodedBytes(message);
    if (filled + bytes > most) {
      batches.push([]);
      filled = batchBytes;
    }
    filled += bytes;
    batches.at(-1)!.push(wireMessage(message));
  }
  return batches;
}

function wireMessage({ key, value, headers }: OutgoingMessage): WireMessage {
  const bytes = value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return { key, value: bytes, headers };
}
