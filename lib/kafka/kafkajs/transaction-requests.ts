import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { GroupPosition, OffsetCommit } from '../client.js';
import { askCoordinator, type Coordinated } from './coordinated.js';
import type { CoordinatorKind, Directory } from './directory.js';
import type { Links } from './links.js';
import { stableOffsetFetch } from './offset-fetch.js';
import { describeTransaction, type Outcome, outcomeOf } from './transaction-state.js';

/** What identifies a producer at the brokers; a later one under the same transactional id has another epoch. */
export interface TransactionIds {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

/**
 * The requests of a transactional producer to coordinators. Each may be repeated without effect, and is,
 * until it is answered or the patience ends.
 */
export class TransactionRequests {
  readonly #directory: Directory;
  readonly #links: Links;
  readonly #patienceMs: number;

  constructor(directory: Directory, links: Links, patienceMs: number) {
    this.#directory = directory;
    this.#links = links;
    this.#patienceMs = patienceMs;
  }

  #target(kind: CoordinatorKind, key: string, doing: string, patienceMs = this.#patienceMs): Coordinated {
    const deadline = performance.now() + patienceMs;
    return { directory: this.#directory, links: this.#links, kind, key, doing, deadline };
  }

  /** Takes the id over: an open transaction under it is aborted, one that is being committed is completed first. */
  async takeOver(transactionalId: string, transactionTimeoutMs: number): Promise<TransactionIds> {
    const target = this.#target(
      'transaction',
      transactionalId,
      `taking over transactional id ${transactionalId}`,
    );
    const { producerId, producerEpoch } = await askCoordinator(target, async (link) => {
      const ask = { transactionalId, transactionTimeout: transactionTimeoutMs };
      const answer = await link.ask('InitProducerId', ask, target.doing);
      return { answer, codes: [answer.errorCode] };
    });
    return { transactionalId, producerId, producerEpoch };
  }

  /** How the last transaction of the id ends; undefined where there is none, or where brokers before Kafka 3.0 cannot say. */
  async outcome(transactionalId: string): Promise<Outcome | undefined> {
    const doing = `asking how the last transaction of ${transactionalId} stands`;
    try {
      const { state } = await askCoordinator(
        this.#target('transaction', transactionalId, doing),
        async (link) => {
          const answer = await link.askOwn(describeTransaction(transactionalId), doing);
          return { answer, codes: [answer.code === brokerCode.transactionalIdNotFound ? 0 : answer.code] };
        },
      );
      return outcomeOf(state);
    } catch (error) {
      if (error instanceof RmmError && error.code === 'kafka_version_unsupported') return undefined;
      throw error;
    }
  }

  async addPartition(ids: TransactionIds, topic: string, partition: number): Promise<void> {
    const doing = `adding topic ${topic}, partition ${partition} to a transaction of ${ids.transactionalId}`;
    // Says at once where the topic is missing; coordinators say that for a new topic too.
    await this.#directory.leaderOf(topic, partition, doing);
    await askCoordinator(this.#target('transaction', ids.transactionalId, doing), async (link) => {
      const topics = [{ topic, partitions: [partition] }];
      const answer = await link.ask('AddPartitionsToTxn', { ...ids, topics }, doing);
      const codes = answer.errors.flatMap((one) => one.partitionErrors.map((each) => each.errorCode));
      return { answer, codes };
    });
  }

  async addGroup(ids: TransactionIds, group: string): Promise<void> {
    const doing = `adding offsets of group ${group} to a transaction of ${ids.transactionalId}`;
    await askCoordinator(this.#target('transaction', ids.transactionalId, doing), async (link) => {
      const answer = await link.ask('AddOffsetsToTxn', { ...ids, groupId: group }, doing);
      return { answer, codes: [answer.errorCode] };
    });
  }

  async commitOffset(ids: TransactionIds, commit: OffsetCommit): Promise<void> {
    const { group, topic, partition, offset, metadata } = commit;
    const doing = `committing offset ${offset} of topic ${topic}, partition ${partition} for group ${group}`;
    await askCoordinator(this.#target('group', group, doing), async (link) => {
      const topics = [{ topic, partitions: [{ partition, offset, metadata }] }];
      const answer = await link.ask('TxnOffsetCommit', { ...ids, groupId: group, topics }, doing);
      const codes = answer.topics.flatMap((one) => one.partitions.map((each) => each.errorCode));
      return { answer, codes };
    });
  }

  /** Whether a transaction that has not ended holds a newer position of a group. */
  async isUnstable({ group, topic, partition }: GroupPosition): Promise<boolean> {
    const doing = `asking for offsets of group ${group}`;
    const { codes } = await askCoordinator(this.#target('group', group, doing), async (link) => {
      const answer = await link.askOwn(stableOffsetFetch(group, topic, [partition]), doing);
      return { answer, codes: answer.codes.filter((code) => code !== brokerCode.unstableOffsetCommit) };
    });
    return codes.includes(brokerCode.unstableOffsetCommit);
  }

  /**
   * Ends the open transaction. Resolves once the coordinator has written its end everywhere: it says yes as soon as the
   * end is decided, and again to the same request when nothing is left to do.
   */
  async end(ids: TransactionIds, outcome: Outcome, patienceMs = this.#patienceMs): Promise<void> {
    const isCommit = outcome === 'commit';
    const doing = `${isCommit ? 'committing' : 'aborting'} a transaction of ${ids.transactionalId}`;
    const target = this.#target('transaction', ids.transactionalId, doing, patienceMs);
    for (let answers = 0; answers < 2; answers += 1) {
      await askCoordinator(target, async (link) => {
        const answer = await link.ask('EndTxn', { ...ids, transactionResult: isCommit }, doing);
        return { answer, codes: [answer.errorCode] };
      });
    }
  }
}
