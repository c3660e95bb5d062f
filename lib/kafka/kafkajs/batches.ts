import type { OutgoingMessage } from '../client.js';
import { batchHeaderBytes, encodedBytes } from '../message-sizes.js';
import type { WireMessage } from './wire.js';

/** Small messages are put together up to this size; there is one request for each batch. */
const fullBatchBytes = 1_048_576;

/** Cuts messages into record batches, in order: each as full as `fullBatchBytes` allows, large ones alone. */
export function intoBatches(messages: readonly OutgoingMessage[], maxMessageBytes: number): WireMessage[][] {
  const most = Math.min(fullBatchBytes, maxMessageBytes);
  const batches: WireMessage[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const bytes = encodedBytes(message);
    if (filled + bytes > most) {
      batches.push([]);
      filled = batchHeaderBytes;
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
