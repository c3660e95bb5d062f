import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import { brokerFailure, closedHere } from '../failures.js';
import type { Link, LinkContext } from './link.js';
import { Links } from './links.js';
import type { ApiName, TopicMetadata, Wire } from './wire.js';

/** How long a topic may be unknown to the brokers asked: news of a new one takes a moment to get round. */
const topicPatienceMs = 2000;
const topicPauseMs = 100;

export type CoordinatorKind = 'group' | 'transaction';

/** Knows which broker leads what: partitions, groups, transactional ids. One a client, with its own connection. */
export class Directory {
  readonly #bootstrap: readonly string[];
  readonly #links: Links;
  #addresses: ReadonlyMap<number, string> = new Map();
  readonly #leaders = new Map<string, ReadonlyMap<number, number>>();
  readonly #coordinators = new Map<string, string>();

  constructor(context: LinkContext) {
    this.#bootstrap = context.connection.brokers;
    this.#links = new Links(context);
  }

  /** Addresses in the order in which they are tried: where there is a connection, known ones, configured ones. */
  #candidates(): readonly string[] {
    const known = [...this.#addresses.values()];
    const start = Math.floor(Math.random() * known.length);
    const turned = [...known.slice(start), ...known.slice(0, start)];
    return [...new Set([...this.#links.addresses, ...turned, ...this.#bootstrap])];
  }

  /**
   * Asks whichever broker answers.
   * @throws kafka_unreachable where none does, kafka_refused
   */
  async ask<Name extends ApiName>(
    name: Name,
    args: Wire[Name]['ask'],
    doing: string,
  ): Promise<{ readonly answer: Wire[Name]['answer']; readonly broker: string }> {
    const reasons: string[] = [];
    for (const address of this.#candidates()) {
      if (this.#links.isClosed) throw closedHere(doing);
      try {
        const link = await this.#links.to(address);
        return { answer: await link.ask(name, args, doing), broker: address };
      } catch (error) {
        if (!(error instanceof RmmError) || error.code !== 'kafka_unreachable') throw error;
        reasons.push(error.message);
      }
    }
    throw new RmmError('kafka_unreachable', `${doing}: no broker answers (${reasons.join('; ')})`);
  }

  /** Names as the brokers have them now; no name at all asks for all topics. */
  async metadata(topics: readonly string[], doing: string): Promise<Wire['Metadata']['answer']> {
    const { answer } = await this.ask('Metadata', { topics, allowAutoTopicCreation: false }, doing);
    this.#addresses = new Map(
      answer.brokers.map(({ nodeId, host, port }) => [
        nodeId,
        host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
      ]),
    );
    return answer;
  }

  /**
   * A topic as the brokers have it now.
   * @throws kafka_topic_missing, kafka_unreachable, kafka_refused, kafka_request_failed
   */
  async topic(name: string, doing: string): Promise<TopicMetadata> {
    const deadline = performance.now() + topicPatienceMs;
    for (;;) {
      const { topicMetadata } = await this.metadata([name], doing);
      const topic = topicMetadata.find((one) => one.topic === name);
      const code = topic?.topicErrorCode ?? brokerCode.unknownTopicOrPartition;
      if (code === 0) {
        const leaders = topic!.partitionMetadata.map((one) => [one.partitionId, one.leader] as const);
        this.#leaders.set(name, new Map(leaders));
        return topic!;
      }
      const isNew = code === brokerCode.unknownTopicOrPartition || code === brokerCode.leaderNotAvailable;
      if (!isNew) throw brokerFailure(code, { doing, broker: 'asked for metadata' });
      if (performance.now() > deadline)
        throw new RmmError('kafka_topic_missing', `${doing}: topic ${name} does not exist`, {
          context: { topic: name },
        });
      await pause(topicPauseMs);
    }
  }

  /**
   * Address of the broker that leads a partition, from memory where it is known.
   * @throws kafka_unreachable where there is no leader now; as `topic`
   */
  async leaderOf(topic: string, partition: number, doing: string): Promise<string> {
    if (!this.#leaders.has(topic)) await this.topic(topic, doing);
    const leader = this.#leaders.get(topic)!.get(partition);
    if (leader === undefined)
      throw new RmmError('kafka_topic_missing', `${doing}: topic ${topic} has no partition ${partition}`, {
        context: { topic, partition },
      });
    const address = this.#addresses.get(leader);
    if (address !== undefined) return address;
    this.forgetTopic(topic);
    throw new RmmError(
      'kafka_unreachable',
      `${doing}: topic ${topic}, partition ${partition} has no leader now`,
      {
        context: { topic, partition },
      },
    );
  }

  /** The next `leaderOf` asks the brokers. */
  forgetTopic(topic: string): void {
    this.#leaders.delete(topic);
  }

  /**
   * Address of the coordinator of a group or transactional id, from memory where it is known.
   * @throws kafka_unreachable, kafka_refused, kafka_request_failed
   */
  async coordinatorOf(kind: CoordinatorKind, key: string, doing: string): Promise<string> {
    const known = this.#coordinators.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const { answer, broker } = await this.ask(
      'GroupCoordinator',
      { groupId: key, coordinatorType: kind === 'group' ? 0 : 1 },
      doing,
    );
    if (answer.errorCode !== 0) throw brokerFailure(answer.errorCode, { doing, broker }, answer.errorMessage);
    const { host, port } = answer.coordinator;
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    this.#coordinators.set(`${kind} ${key}`, address);
    return address;
  }

  forgetCoordinator(kind: CoordinatorKind, key: string): void {
    this.#coordinators.delete(`${kind} ${key}`);
  }

  /** A connection of the directory's own, for short requests to one broker. */
  to(address: string): Promise<Link> {
    return this.#links.to(address);
  }

  close(): void {
    this.#links.close();
  }
}
