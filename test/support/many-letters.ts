import type { FetchedMessage, KafkaClient, PartitionReader } from '../../lib/kafka/client.js';
import { eventLetter, letterMessage } from '../../services/kafka/letters.js';
import { plannedFiles } from './planned-files.js';

/** The one file that the letters are about. */
export function fileOfLetters(entries: number) {
  return plannedFiles(entries)[0]!;
}

const fetchedAtOnce = 1_000;

/** A topic of dead letters, one about each entry of a file, which are made as they are read: no cluster holds them. */
export function manyLetters(count: number): Pick<KafkaClient, 'admin' | 'reader'> {
  const file = fileOfLetters(count);
  const source = { ...file, file: file.name, first: 0, entries: count } as const;
  const message = (entry: number): FetchedMessage => {
    const event = { entry, reason: 'weight', stage: 'selector', objects: `${entry} `.padEnd(2_300, 'x') };
    const place = { topic: 'rmmstream.events', partition: 0, offset: Math.floor(entry / 8_192) };
    const { key, value, headers } = letterMessage(
      eventLetter(JSON.stringify(event), place, source, 1, 1 << 20),
    );
    return { offset: entry, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)) };
  };
  const reader: PartitionReader = {
    topic: 'rmmstream.dead-letters',
    partition: 0,
    fetch: async ({ offset }) => {
      const length = Math.min(fetchedAtOnce, count - offset);
      const messages = Array.from({ length }, (_, index) => message(offset + index));
      return { messages, nextOffset: offset + length, endOffset: count };
    },
    close: async () => {},
  };
  const offsets = [{ partition: 0, first: 0, end: count, stable: count }];
  return {
    admin: { offsets: async () => offsets } as unknown as KafkaClient['admin'],
    reader: () => reader,
  };
}
