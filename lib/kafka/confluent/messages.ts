import type { FetchedMessage } from '../client.js';
import type { RdkafkaMessage } from './binding.js';

/** How many of the messages, from the first on, fit into so many bytes; one at least. */
export function takeUpTo(messages: readonly RdkafkaMessage[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const { value, key } of messages) {
    bytes += (value?.length ?? 0) + (key?.length ?? 0);
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return count;
}

/** A message of librdkafka as ours. */
export function fetchedMessage({ offset, timestamp, key, value, headers }: RdkafkaMessage): FetchedMessage {
  return {
    offset,
    timestampMs: timestamp,
    key: key === null ? null : key.toString('utf8'),
    value,
    headers: headersOf(headers),
  };
}

function headersOf(headers: RdkafkaMessage['headers']): Map<string, string> {
  const found = new Map<string, string>();
  for (const header of headers ?? [])
    for (const [name, value] of Object.entries(header)) found.set(name, value.toString());
  return found;
}
