import { setTimeout as pause } from 'node:timers/promises';
import { Backoff } from '../../base/backoff.js';
import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { KafkaConnection, OutgoingMessage } from '../client.js';
import { brokerCodeOf, brokerFailure } from '../failures.js';
import { intoBatches } from './batches.js';
import { codecNumbers } from './codecs.js';
import type { Directory } from './directory.js';
import type { Links } from './links.js';
import type { TransactionIds } from './transaction-requests.js';
import type { WireMessage } from './wire.js';

/** Answers after which the same batch is sent again, to the leader that there is then. */
const comingBack: ReadonlySet<number> = new Set([
  brokerCode.unknownTopicOrPartition,
  brokerCode.leaderNotAvailable,
  brokerCode.notLeader,
  brokerCode.requestTimedOut,
  brokerCode.notEnoughReplicas,
  brokerCode.notEnoughReplicasAfterAppend,
  brokerCode.concurrentTransactions,
  brokerCode.storageError,
]);

const sequenceEnd = 2 ** 31;
const firstPauseMs = 20;
const mostPauseMs = 500;

/**
 * Writes record batches with sequence numbers, one request at a time. Where an answer is missing the same
 * batch goes out again under the same number; a broker that has it already answers with its first offset.
 */
export class PartitionWriter {
  readonly #connection: KafkaConnection;
  readonly #directory: Directory;
  readonly #links: Links;
  readonly #sequences = new Map<string, number>();

  constructor(connection: KafkaConnection, directory: Directory, links: Links) {
    this.#connection = connection;
    this.#directory = directory;
    this.#links = links;
  }

  /** Offset behind the last message, once all are acknowledged by every in-sync replica. */
  async write(
    ids: TransactionIds,
    topic: string,
    partition: number,
    messages: readonly OutgoingMessage[],
  ): Promise<number> {
    let end = 0;
    for (const batch of intoBatches(messages, this.#connection.maxMessageBytes))
      end = (await this.#writeBatch(ids, topic, partition, batch)) + batch.length;
    return end;
  }

  async #writeBatch(
    ids: TransactionIds,
    topic: string,
    partition: number,
    messages: readonly WireMessage[],
  ): Promise<number> {
    const key = `${partition} ${topic}`;
    const sequence = this.#sequences.get(key) ?? 0;
    const doing = `writing to topic ${topic}, partition ${partition}`;
    const deadline = performance.now() + this.#connection.requestTimeoutMs;
    const backoff = new Backoff(firstPauseMs, mostPauseMs);
    for (;;) {
      try {
        const offset = await this.#produce(ids, topic, partition, sequence, messages, doing);
        this.#sequences.set(key, (sequence + messages.length) % sequenceEnd);
        return offset;
      } catch (error) {
        const code = brokerCodeOf(error);
        const isLost = error instanceof RmmError && error.code === 'kafka_unreachable';
        this.#directory.forgetTopic(topic);
        const mayRepeat = isLost || (code !== undefined && comingBack.has(code));
        const pauseMs = backoff.next();
        if (!mayRepeat || this.#links.isClosed || performance.now() + pauseMs > deadline) throw error;
        await pause(pauseMs);
      }
    }
  }

  async #produce(
    ids: TransactionIds,
    topic: string,
    partition: number,
    firstSequence: number,
    messages: readonly WireMessage[],
    doing: string,
  ): Promise<number> {
    const address = await this.#directory.leaderOf(topic, partition, doing);
    const link = await this.#links.to(address);
    const allInSync = -1;
    const { topics } = await link.ask(
      'Produce',
      {
        ...ids,
        acks: allInSync,
        timeout: this.#connection.requestTimeoutMs,
        compression: codecNumbers[this.#connection.compression],
        topicData: [{ topic, partitions: [{ partition, firstSequence, messages }] }],
      },
      doing,
    );
    const answer = topics[0]?.partitions[0];
    const code = answer?.errorCode ?? -1;
    if (code !== 0) throw brokerFailure(code, { doing, broker: address });
    return Number(answer!.baseOffset);
  }
}
