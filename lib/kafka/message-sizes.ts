import { RmmError } from '../base/error.js';
import type { OutgoingMessage } from './client.js';

/** Header of a record batch, in front of the first record. */
export const batchHeaderBytes = 61;
/** Longest numbers of a record: its length, attributes, time, offset, lengths of key and value, headers. */
const recordBytes = 5 + 1 + 10 + 5 + 5 + 5 + 5;
/** Lengths of the name and the value of a header. */
const headerBytes = 10;

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
    const bytes = batchHeaderBytes + encodedBytes(message);
    if (bytes <= maxMessageBytes) continue;
    throw new RmmError(
      'kafka_message_too_large',
      `writing to topic ${topic}: message ${message.key ?? 'without a key'} takes ${bytes} bytes, at most ${maxMessageBytes} are allowed (kafka.topics.max_message_bytes)`,
      { context: { topic, bytes, max_message_bytes: maxMessageBytes } },
    );
  }
}
