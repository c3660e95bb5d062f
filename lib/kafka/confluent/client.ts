import { RmmError } from '../../base/error.js';
import type {
  GroupMember,
  GroupOptions,
  KafkaAdmin,
  KafkaClient,
  KafkaConnection,
  PartitionReader,
  TransactionalProducer,
  TransactionScope,
} from '../client.js';
import { closedHere } from '../failures.js';
import { KafkajsClient } from '../kafkajs/client.js';
import { Notes } from '../notes.js';
import type { Rdkafka } from './binding.js';
import { CommitGroups } from './commit-groups.js';
import { type ConfluentContext, ConfluentProducer } from './producer.js';
import { ConfluentReader } from './reader.js';

/**
 * Moves the data by librdkafka: reading, writing, transactions. Everything else is small and goes over the
 * connections of the client that is always there: membership, since librdkafka's ways to share out either move
 * partitions about at each change or speak to none of the other client's members; administration, since the
 * package cannot describe the settings of a topic; positions of groups. So services with different clients share
 * one group, and behave the same where it counts.
 */
export class ConfluentClient implements KafkaClient {
  readonly admin: KafkaAdmin;
  readonly #control: KafkajsClient;
  readonly #context: ConfluentContext;
  #isClosed = false;

  /** @throws kafka_client_missing where librdkafka was built without the compression that is asked for */
  constructor(rdkafka: Rdkafka, connection: KafkaConnection) {
    const { compression } = connection;
    if (compression !== 'none' && !rdkafka.features.includes(compression))
      throw new RmmError(
        'kafka_client_missing',
        `the librdkafka of kafka.client: confluent was built without ${compression}, which kafka.topics.compression asks for; build it again where its headers are installed`,
      );
    this.#control = new KafkajsClient(connection);
    this.admin = this.#control.admin;
    const notes = new Notes(connection.onNote);
    this.#context = {
      rdkafka,
      connection,
      notes,
      directory: this.#control.directory,
      groups: new CommitGroups(rdkafka, connection, notes),
      open: new Set(),
      isClosed: () => this.#isClosed,
    };
  }

  reader(topic: string, partition: number): PartitionReader {
    return new ConfluentReader(this.#context, topic, partition);
  }

  async producer(transactionalId: string, scope?: TransactionScope): Promise<TransactionalProducer> {
    if (this.#isClosed) throw closedHere(`taking over transactional id ${transactionalId}`);
    // librdkafka has no way to make good what the brokers left undone of a transaction.
    if (scope !== undefined) await (await this.#control.producer(transactionalId, scope)).close();
    return await ConfluentProducer.start(this.#context, transactionalId);
  }

  join(options: GroupOptions): GroupMember {
    return this.#control.join(options);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#context.open].map((one) => one.close()));
    await this.#context.groups.close();
    await this.#control.close();
  }
}
