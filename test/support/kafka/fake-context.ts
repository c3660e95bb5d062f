import { RmmError } from '../../../lib/base/error.js';
import type { KafkaConnection } from '../../../lib/kafka/client.js';
import { CommitGroups } from '../../../lib/kafka/confluent/commit-groups.js';
import type { ConfluentContext } from '../../../lib/kafka/confluent/producer.js';
import type { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import { Notes } from '../../../lib/kafka/notes.js';
import { connectionTo } from './clients.js';
import type { FakeRdkafka } from './fake-rdkafka.js';

/** Numbers of librdkafka's errors. */
export const rdkafkaCodes = {
  timedOut: -185,
  messageTimedOut: -192,
  purgedFromQueue: -152,
  fenced: -144,
  outOfRange: -140,
} as const;

/** Whether an error is ours with that code, and its text fits. */
export function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

/** A directory whose leader answers every question about offsets with `offsets`. */
function directoryOf(offsets: { first: number; end: number; stable: number }): Directory {
  const first = -2;
  const link = {
    ask: async (
      _: string,
      ask: { isolationLevel: number; topics: { partitions: { timestamp: number }[] }[] },
    ) => {
      const isFirst = ask.topics[0]!.partitions[0]!.timestamp === first;
      const offset = isFirst ? offsets.first : ask.isolationLevel === 1 ? offsets.stable : offsets.end;
      return { responses: [{ partitions: [{ errorCode: 0, offset: String(offset) }] }] };
    },
  };
  return {
    leaderOf: async () => 'broker:1',
    to: async () => link,
    forgetTopic: () => undefined,
  } as unknown as Directory;
}

/** What the parts of a client share, on a librdkafka that is not there. */
export function contextOf(
  rdkafka: FakeRdkafka,
  more: Partial<KafkaConnection> = {},
  offsets = { first: 0, end: 0, stable: 0 },
): ConfluentContext {
  const connection = connectionTo(['broker:1'], { client: 'confluent', requestTimeoutMs: 5000, ...more });
  const notes = new Notes(() => undefined);
  const groups = new CommitGroups(rdkafka, connection, notes);
  const directory = directoryOf(offsets);
  return { rdkafka, connection, notes, directory, groups, open: new Set(), isClosed: () => false };
}
