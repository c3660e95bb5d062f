import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import { brokerFailure, closedHere } from '../failures.js';
import { addressOf } from './address.js';
import { firstAnswer, NoAnswer } from './first-answer.js';
import type { Link, LinkContext } from './link.js';
import { Links } from './links.js';
import type { ApiName, TopicMetadata, Wire } from './wire.js';

/** How long a topic may be unknown to the brokers asked: news of a new one takes a moment to get round. */
const topicPatienceMs = 2000;
const topicPauseMs = 100;

/** So long a broker may be silent before the next one is asked too. */
const silenceMs = 1000;
/** What may be asked of several brokers at once, since it changes nothing. */
const questions: ReadonlySet<ApiName> = new Set(['Metadata', 'GroupCoordinator', 'DescribeConfigs']);

export type CoordinatorKind = 'group' | 'transaction';

/** Knows which broker leads what: partitions, groups, transactional ids. One a client, with its own connection. */
export class Directory {
  readonly #bootstrap: readonly string[];
  readonly #links: Links;
  #addresses: ReadonlyMap<number, string> = new Map();
  readonly #leaders = new Map<string, ReadonlyMap<number, number>>();
  readonly #coordinators = new Map<string, string>();
  readonly #patienceMs: number;
  /** Addresses whose last answer is missing. */
  readonly #silent = new Set<string>();

  constructor(context: LinkContext) {
    this.#patienceMs = context.connection.requestTimeoutMs;
    this.#bootstrap = context.connection.brokers;
    this.#links = new Links(context);
  }

  /**
   * Addresses in the order in which they are tried: where there is a connection, known ones, configured ones; and
   * those last that did not answer when they were asked last.
   */
  #candidates(): readonly string[] {
    const known = [...this.#addresses.values()];
    const start = Math.floor(Math.random() * known.length);
    const turned = [...known.slice(start), ...known.slice(0, start)];
    const all = [...new Set([...this.#links.addresses, ...turned, ...this.#bootstrap])];
    const isSilent = (address: string) => Number(this.#silent.has(address));
    return all.sort((a, b) => isSilent(a) - isSilent(b));
  }

  /**
   * Asks whichever broker answers, within kafka.request_timeout_ms.
   * @throws kafka_unreachable where none does, kafka_refused
   */
  async ask<Name extends ApiName>(
    name: Name,
    args: Wire[Name]['ask'],
    doing: string,
  ): Promise<{ readonly answer: Wire[Name]['answer']; readonly broker: string }> {
    const candidates = this.#candidates().map((address) => ({
      name: `broker ${address}`,
      ask: () => this.#askOne(name, args, doing, address),
      passedOver: () => this.#silent.add(address),
    }));
    try {
      return await firstAnswer(candidates, {
        silenceMs: questions.has(name) ? silenceMs : this.#patienceMs,
        patienceMs: this.#patienceMs,
        mayPass: (error) => error instanceof RmmError && error.code === 'kafka_unreachable',
      });
    } catch (error) {
      if (this.#links.isClosed) throw closedHere(doing);
      if (!(error instanceof NoAnswer)) throw error;
      throw new RmmError('kafka_unreachable', `${doing}: no broker answers (${error.message})`);
    }
  }

  async #askOne<Name extends ApiName>(
    name: Name,
    args: Wire[Name]['ask'],
    doing: string,
    address: string,
  ): Promise<{ readonly answer: Wire[Name]['answer']; readonly broker: string }> {
    const link = await this.#links.to(address);
    const answer = await link.ask(name, args, doing);
    this.#silent.delete(address);
    return { answer, broker: address };
  }

  /** Names as the brokers have them now; no name at all asks for all topics. */
  async metadata(topics: readonly string[], doing: string): Promise<Wire['Metadata']['answer']> {
    const { answer } = await this.ask('Metadata', { topics, allowAutoTopicCreation: false }, doing);
    this.#addresses = new Map(answer.brokers.map((broker) => [broker.nodeId, addressOf(broker)]));
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
    const address = addressOf(answer.coordinator);
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
