import { after } from 'node:test';
import type { KafkaClient, KafkaConnection, TopicSpec } from '../../../lib/kafka/client.js';
import { findConfluent } from '../../../lib/kafka/confluent/binding.js';
import { openKafka } from '../../../lib/kafka/open.js';

/**
 * Clients that this machine has; every test of Kafka runs with each of them. The optional one is built by hand
 * (docs/kafka-clients.md), so nothing is skipped where it is not there.
 */
export const clientNames: readonly KafkaConnection['client'][] =
  findConfluent() === undefined ? ['kafkajs'] : ['kafkajs', 'confluent'];

/** A connection for tests: short patience, so that failures are told within seconds. */
export function connectionTo(
  brokers: readonly string[],
  more: Partial<KafkaConnection> = {},
): KafkaConnection {
  return {
    client: 'kafkajs',
    brokers,
    clientId: 'rmmstream-test',
    requestTimeoutMs: 10_000,
    sessionTimeoutMs: 2000,
    transactionTimeoutMs: 20_000,
    retryMaxMs: 1000,
    maxMessageBytes: 16_777_216,
    compression: 'none',
    tls: undefined,
    sasl: undefined,
    onNote: () => undefined,
    ...more,
  };
}

/** Opens a client that is closed at the end of the test file. */
export async function openForTest(
  brokers: readonly string[],
  more: Partial<KafkaConnection> = {},
): Promise<KafkaClient> {
  const client = await openKafka(connectionTo(brokers, more));
  after(() => client.close());
  return client;
}

let made = 0;

/** Makes a topic with a name of its own. */
export async function makeTopic(
  client: KafkaClient,
  { partitions = 1, replication = 1, settings = {} }: Partial<Omit<TopicSpec, 'name'>> = {},
): Promise<string> {
  made += 1;
  const name = `topic-${process.pid}-${made}`;
  await client.admin.createTopics([
    { name, partitions, replication, settings: { 'max.message.bytes': '16777216', ...settings } },
  ]);
  return name;
}
