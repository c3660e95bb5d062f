import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { Fetched, FetchedMessage, FetchOptions, PartitionReader } from '../client.js';
import { brokerFailure, closedHere } from '../failures.js';
import { committedBatches } from './committed.js';
import type { Directory } from './directory.js';
import type { FetchAnswer } from './fetch-answer.js';
import type { LinkContext } from './link.js';
import { Links } from './links.js';
import { whyOutOfRange } from './list-offsets.js';
import { damaged } from './record-cursor.js';
import { unpacked } from './unpacked.js';

const readCommitted = 1;

/** So many answers in a row may be empty at one offset before the end until that is told as a failure. */
const mostEmptyAnswers = 5;

/** Reads one partition over a connection of its own. */
export class KafkajsReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #directory: Directory;
  readonly #links: Links;
  #gap = { offset: -1, answers: 0 };
  /** A wrong leader or a lost one: the next fetch asks who leads now. */
  #isLeaderStale = false;

  constructor(context: LinkContext, directory: Directory, topic: string, partition: number) {
    this.#directory = directory;
    this.topic = topic;
    this.partition = partition;
    this.#links = new Links(context);
  }

  get #doing(): string {
    return `reading topic ${this.topic}, partition ${this.partition}`;
  }

  async fetch(options: FetchOptions): Promise<Fetched> {
    if (this.#links.isClosed) throw closedHere(this.#doing);
    try {
      return await this.#fetch(options);
    } catch (error) {
      if (this.#links.isClosed) throw closedHere(this.#doing);
      this.#isLeaderStale = true;
      throw error;
    }
  }

  async #fetch(options: FetchOptions): Promise<Fetched> {
    if (this.#isLeaderStale) this.#directory.forgetTopic(this.topic);
    const address = await this.#directory.leaderOf(this.topic, this.partition, this.#doing);
    this.#isLeaderStale = false;
    const link = await this.#links.to(address);
    const { offset: fetchOffset, maxBytes } = options;
    const ask = {
      isolationLevel: readCommitted,
      maxWaitTime: options.maxWaitMs,
      minBytes: 1,
      maxBytes,
      topics: [{ topic: this.topic, partitions: [{ partition: this.partition, fetchOffset, maxBytes }] }],
    } as const;
    const answer = await link.fetch(ask, this.#doing);
    if (answer.errorCode === brokerCode.offsetOutOfRange)
      throw await whyOutOfRange(
        this.#directory,
        { topic: this.topic, partition: this.partition, doing: this.#doing },
        options.offset,
      );
    if (answer.errorCode !== 0)
      throw brokerFailure(answer.errorCode, { doing: this.#doing, broker: address });
    return {
      messages: await this.#messages(answer, options.offset),
      nextOffset: this.#nextOffset(answer, options.offset),
      endOffset: answer.lastStableOffset,
    };
  }

  async #messages(answer: FetchAnswer, fromOffset: number): Promise<readonly FetchedMessage[]> {
    const messages: FetchedMessage[] = [];
    for (const batch of committedBatches(answer.batches, answer.aborted)) {
      // Brokers send the whole batch that holds the asked offset.
      if (batch.lastOffset < fromOffset) continue;
      for (const message of await unpacked(batch, fromOffset)) messages.push(message);
    }
    return messages;
  }

  #nextOffset(answer: FetchAnswer, asked: number): number {
    const last = answer.batches.at(-1);
    if (last === undefined && answer.recordBytes > 0) throw damaged('it is cut off at its very first batch');
    if (last !== undefined) return Math.max(asked, last.lastOffset + 1);
    const isGap =
      answer.recordBytes === 0 && answer.clientSideThrottleTime === 0 && asked < answer.lastStableOffset;
    this.#gap = { offset: asked, answers: isGap && this.#gap.offset === asked ? this.#gap.answers + 1 : 0 };
    if (this.#gap.answers < mostEmptyAnswers) return asked;
    throw new RmmError(
      'kafka_request_failed',
      `${this.#doing}: the broker sends nothing at offset ${asked} although the end is ${answer.lastStableOffset}`,
      { context: { topic: this.topic, partition: this.partition, offset: asked } },
    );
  }

  async close(): Promise<void> {
    this.#links.close();
  }
}
