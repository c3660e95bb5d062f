import { type Admin, Kafka, logLevel } from 'kafkajs';
import { stages } from '../../../services/kafka/stages.js';
import { RunNames } from '../../../services/kafka/topics.js';

/** Who reads the topics that are read once. */
const readers = [stages.selector, stages.featurizer];

/** Deletes what lies behind the readers of `events` and `selected`, as kafka.topics.retention_hours does by age. */
export class Trimmer {
  readonly #admin: Admin;
  readonly #names: RunNames;

  private constructor(admin: Admin, names: RunNames) {
    this.#admin = admin;
    this.#names = names;
  }

  static async open(brokers: readonly string[], prefix: string): Promise<Trimmer> {
    const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new Trimmer(admin, new RunNames(prefix));
  }

  async trim(): Promise<void> {
    for (const { role, topic: kind } of readers) {
      const topic = this.#names.topic(kind);
      const groups = await this.#admin.fetchOffsets({ groupId: this.#names.group(role), topics: [topic] });
      const partitions = groups
        .flatMap((group) => group.partitions)
        .filter(({ offset }) => Number(offset) > 0)
        .map(({ partition, offset }) => ({ partition, offset }));
      if (partitions.length > 0) await this.#admin.deleteTopicRecords({ topic, partitions });
    }
  }

  close(): Promise<void> {
    return this.#admin.disconnect();
  }
}
