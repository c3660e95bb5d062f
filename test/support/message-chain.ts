import type { IncomingMessage, WireMessage } from '../../services/wire/message.js';

/** A message as a client hands it over: in memory of its own, at a place that suits nobody. */
export function received({ key, value, headers }: WireMessage, shift = 3): IncomingMessage {
  const placed = new Uint8Array(value.length + shift).subarray(shift);
  placed.set(value);
  return { key, value: placed, headers: new Map(Object.entries(headers)) };
}
