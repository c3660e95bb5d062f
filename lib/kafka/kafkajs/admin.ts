import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type {
  CommittedOffset,
  KafkaAdmin,
  KafkaConnection,
  PartitionOffsets,
  TopicDescription,
  TopicSpec,
} from '../client.js';
import { brokerFailure } from '../failures.js';
import type { Directory } from './directory.js';
import type { GroupAdmin } from './group-admin.js';
import { partitionRange } from './list-offsets.js';

const topicResource = 2;
const pollMs = 50;

/** Topics, groups and brokers. Every request goes to any broker; brokers pass it on to the controller. */
export class KafkajsAdmin implements KafkaAdmin {
  readonly #directory: Directory;
  readonly #connection: KafkaConnection;
  readonly #groups: GroupAdmin;

  constructor(connection: KafkaConnection, directory: Directory, groups: GroupAdmin) {
    this.#connection = connection;
    this.#directory = directory;
    this.#groups = groups;
  }

  async createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]> {
    if (topics.length === 0) return [];
    const doing = 'making topics';
    const { answer, broker } = await this.#directory.ask(
      'CreateTopics',
      {
        topics: topics.map((topic) => ({
          topic: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replication,
          configEntries: Object.entries(topic.settings).map(([name, value]) => ({ name, value })),
        })),
        validateOnly: false,
        timeout: this.#connection.requestTimeoutMs,
      },
      doing,
    );
    const failed = answer.topicErrors.find(
      ({ errorCode }) => errorCode !== 0 && errorCode !== brokerCode.topicExists,
    );
    if (failed !== undefined)
      throw brokerFailure(
        failed.errorCode,
        { doing: `making topic ${failed.topic}`, broker },
        failed.errorMessage,
      );
    await this.#until('every partition has a leader', () => this.#areLed(topics));
    const made = answer.topicErrors.filter(({ errorCode }) => errorCode === 0);
    return made.map(({ topic }) => topic);
  }

  /** Whether the leaders of all partitions know that they are: metadata tell it a moment before it is so. */
  async #areLed(topics: readonly TopicSpec[]): Promise<boolean> {
    try {
      for (const { name } of topics) {
        this.#directory.forgetTopic(name);
        await this.offsets(name);
      }
      return true;
    } catch (error) {
      if (error instanceof RmmError && (error.spec.retry === true || error.code === 'kafka_topic_missing'))
        return false;
      throw error;
    }
  }

  async deleteTopics(names: readonly string[]): Promise<void> {
    const there = new Set(await this.listTopics());
    const topics = names.filter((name) => there.has(name));
    if (topics.length === 0) return;
    const doing = 'deleting topics';
    const { answer, broker } = await this.#directory.ask(
      'DeleteTopics',
      { topics, timeout: this.#connection.requestTimeoutMs },
      doing,
    );
    const failed = answer.topicErrors.find(
      ({ errorCode }) => errorCode !== 0 && errorCode !== brokerCode.unknownTopicOrPartition,
    );
    if (failed !== undefined)
      throw brokerFailure(failed.errorCode, { doing: `deleting topic ${failed.topic}`, broker });
    for (const topic of topics) this.#directory.forgetTopic(topic);
    await this.#until('deleted topics are gone', async () => {
      const { topicMetadata } = await this.#directory.metadata(topics, doing);
      return topicMetadata.every(
        ({ topicErrorCode }) => topicErrorCode === brokerCode.unknownTopicOrPartition,
      );
    });
  }

  /** Looks again and again; a change that the controller has made takes a moment to reach all brokers. */
  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const { requestTimeoutMs } = this.#connection;
    const deadline = performance.now() + requestTimeoutMs;
    while (!(await isSo())) {
      if (performance.now() > deadline)
        throw new RmmError(
          'kafka_request_failed',
          `the brokers have not done within ${requestTimeoutMs} ms that ${what}; look at their logs`,
        );
      await pause(pollMs);
    }
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return [];
    const doing = 'describing topics';
    const { topicMetadata } = await this.#directory.metadata(names, doing);
    const found = topicMetadata.filter(
      ({ topicErrorCode }) => topicErrorCode !== brokerCode.unknownTopicOrPartition,
    );
    const failed = found.find(({ topicErrorCode }) => topicErrorCode !== 0);
    if (failed !== undefined)
      throw brokerFailure(failed.topicErrorCode, {
        doing: `describing topic ${failed.topic}`,
        broker: 'asked for metadata',
      });
    const settings = await this.#settings(found.map(({ topic }) => topic));
    return found.map(({ topic, partitionMetadata }) => ({
      name: topic,
      partitions: [...partitionMetadata]
        .sort((a, b) => a.partitionId - b.partitionId)
        .map(({ partitionId, leader, replicas, isr }) => ({
          partition: partitionId,
          leader,
          replicas,
          inSync: isr,
        })),
      settings: settings.get(topic) ?? {},
    }));
  }

  async #settings(topics: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    const settings = new Map<string, Readonly<Record<string, string>>>();
    if (topics.length === 0) return settings;
    const resources = topics.map((name) => ({ type: topicResource, name }) as const);
    const { answer, broker } = await this.#directory.ask(
      'DescribeConfigs',
      { resources, includeSynonyms: false },
      'describing topics',
    );
    for (const { errorCode, errorMessage, resourceName, configEntries } of answer.resources) {
      const doing = `describing topic ${resourceName}`;
      if (errorCode !== 0) throw brokerFailure(errorCode, { doing, broker }, errorMessage);
      const changed = configEntries.filter(({ isDefault }) => !isDefault);
      settings.set(
        resourceName,
        Object.fromEntries(changed.map(({ configName, configValue }) => [configName, configValue ?? ''])),
      );
    }
    return settings;
  }

  async listTopics(): Promise<readonly string[]> {
    const { topicMetadata } = await this.#directory.metadata([], 'listing topics');
    return topicMetadata.map(({ topic }) => topic).sort();
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const doing = `asking for offsets of topic ${topic}`;
    const { partitionMetadata } = await this.#directory.topic(topic, doing);
    const partitions = partitionMetadata.map(({ partitionId }) => partitionId).sort((a, b) => a - b);
    return await Promise.all(
      partitions.map((partition) => partitionRange(this.#directory, { topic, partition, doing })),
    );
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, CommittedOffset>> {
    const { partitionMetadata } = await this.#directory.topic(topic, `asking for offsets of group ${group}`);
    return await this.#groups.committed(
      group,
      topic,
      partitionMetadata.map(({ partitionId }) => partitionId),
    );
  }

  async members(group: string): Promise<number> {
    return await this.#groups.members(group);
  }

  async deleteGroups(groups: readonly string[]): Promise<void> {
    await this.#groups.delete(groups);
  }

  async brokers(): Promise<
    readonly { readonly node: number; readonly host: string; readonly port: number }[]
  > {
    const { brokers } = await this.#directory.metadata([], 'listing brokers');
    return brokers
      .map(({ nodeId, host, port }) => ({ node: nodeId, host, port }))
      .sort((a, b) => a.node - b.node);
  }
}
