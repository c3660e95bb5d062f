import kafkajs from 'kafkajs';
import type { KafkaClient, OutgoingMessage, TopicSpec } from '../../../lib/kafka/client.js';
import { highLevelCount } from '../../../lib/physics/high-level.js';
import { type DataTopic, dataTopics } from '../../../services/kafka/topics.js';
import { decodeScaled, encodeScaled } from '../../../services/wire/scaled.js';
import { chainMessages } from '../chain-messages.js';
import { received } from '../message-chain.js';

/** A message that no stage can use, with the reason that its dead letter should have. */
export interface Poison {
  readonly topic: DataTopic;
  readonly reason: string;
  readonly message: OutgoingMessage;
}

/**
 * Garbage, a wrong schema, a wrong checksum and too many bytes for every data topic, and rows of another scaler; none is
 * of a file of the run.
 */
export function poisons(tooManyBytes: number): Poison[] {
  const { chain, messages } = chainMessages();
  const unreadable = dataTopics.flatMap((topic, number): Poison[] => {
    const own = messages[topic];
    const other = messages[dataTopics[(number + 1) % dataTopics.length]!];
    const damaged = Buffer.from(own.value);
    damaged[damaged.length >> 1]! ^= 0xff;
    return [
      {
        topic,
        reason: 'wire_header_invalid',
        message: { key: null, value: Buffer.from('garbage'), headers: {} },
      },
      { topic, reason: 'wire_schema_unknown', message: other },
      { topic, reason: 'wire_checksum_wrong', message: { ...own, value: damaged } },
      {
        topic,
        reason: 'wire_message_too_large',
        message: { ...own, value: Buffer.alloc(tooManyBytes, 7) },
      },
    ];
  });
  const block = decodeScaled(received(messages.scaled), chain.expected);
  // A run has one megaset at least.
  const megaset = block.columns.megaset.map((set) => Math.min(set, 0));
  // Also a run whose scores are made from high-level features gets as far as the scaler.
  const scaled = { ...block.scaled, highLevel: new Float32Array(block.scaled.rows * highLevelCount) };
  const message = encodeScaled({ ...block, scaled, columns: { ...block.columns, megaset } });
  return [...unreadable, { topic: 'scaled', reason: 'scaler_mismatch', message }];
}

/** Runs `body` while topics take messages of any size. */
export async function withoutLimit(
  brokers: readonly string[],
  topics: readonly TopicSpec[],
  body: () => Promise<void>,
): Promise<void> {
  const { Kafka, logLevel, ConfigResourceTypes } = kafkajs;
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  const alter = (more: Readonly<Record<string, string>>) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: topics.map(({ name, settings }) => ({
        type: ConfigResourceTypes.TOPIC,
        name,
        configEntries: Object.entries({ ...settings, ...more }).map(([key, value]) => ({ name: key, value })),
      })),
    });
  await admin.connect();
  try {
    await alter({ 'max.message.bytes': '33554432' });
    await body();
    await alter({});
  } finally {
    await admin.disconnect();
  }
}

/** Writes messages to partitions of a topic, in order, as one transaction for each partition. */
export async function writeMessages(
  client: KafkaClient,
  topic: string,
  partition: number,
  messages: readonly OutgoingMessage[],
): Promise<void> {
  const producer = await client.producer(`test-${topic}-${partition}`);
  try {
    await producer.transaction(async (transaction) => {
      for (const message of messages) await transaction.send(topic, partition, [message]);
    });
  } finally {
    await producer.close();
  }
}
