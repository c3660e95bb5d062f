import { RmmError } from '../../base/error.js';
import type { Fetched, FetchedMessage, FetchOptions, PartitionReader } from '../client.js';
import { brokerCode } from './broker-codes.js';
import { decompress } from './codecs.js';
import { committedBatches } from './committed.js';
import type { Directory } from './directory.js';
import { brokerFailure, closedHere } from './failures.js';
import { type FetchAnswer, readFetchAnswer } from './fetch-answer.js';
import type { LinkContext } from './link.js';
import { Links } from './links.js';
import { partitionRange } from './list-offsets.js';
import { messagesOf } from './record-batch.js';
import { damaged } from './record-cursor.js';

const readCommitted = 1;

/** After so many empty answers in a row at one offset before the end it is asked whether compaction did that. */
const emptyAnswers = 3;

/** Reads one partition over a connection of its own. */
export class KafkajsReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #directory: Directory;
  readonly #context: LinkContext;
  readonly #links: Links;
  readonly #isCompacted: () => Promise<boolean>;
  /** Empty answers in a row, and at which offset. */
  #empty = { offset: -1, count: 0 };
  /** A wrong leader or a lost one: the next fetch asks who leads now. */
  #isLeaderStale = false;

  constructor(options: {
    readonly context: LinkContext;
    readonly directory: Directory;
    readonly topic: string;
    readonly partition: number;
    readonly isCompacted: () => Promise<boolean>;
  }) {
    this.#context = options.context;
    this.#directory = options.directory;
    this.topic = options.topic;
    this.partition = options.partition;
    this.#isCompacted = options.isCompacted;
    this.#links = new Links(options.context);
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
    const answer = await link.askRaw(
      'Fetch',
      {
        isolationLevel: readCommitted,
        maxWaitTime: options.maxWaitMs,
        minBytes: 1,
        maxBytes: options.maxBytes,
        topics: [
          {
            topic: this.topic,
            partitions: [
              { partition: this.partition, fetchOffset: options.offset, maxBytes: options.maxBytes },
            ],
          },
        ],
      },
      readFetchAnswer,
      this.#doing,
      options.maxWaitMs,
    );
    if (answer.errorCode === brokerCode.offsetOutOfRange) throw await this.#lost(options.offset);
    if (answer.errorCode !== 0)
      throw brokerFailure(answer.errorCode, { doing: this.#doing, broker: address });
    return {
      messages: await this.#messages(answer, options.offset),
      nextOffset: await this.#nextOffset(answer, options.offset),
      endOffset: answer.lastStableOffset,
    };
  }

  async #messages(answer: FetchAnswer, fromOffset: number): Promise<readonly FetchedMessage[]> {
    const messages: FetchedMessage[] = [];
    for (const batch of committedBatches(answer.batches, answer.aborted)) {
      // Brokers send the whole batch that holds the asked offset.
      if (batch.lastOffset < fromOffset) continue;
      const plain = await decompress(batch.codec, batch.records);
      for (const message of messagesOf(batch, plain, fromOffset)) messages.push(message);
    }
    return messages;
  }

  async #nextOffset(answer: FetchAnswer, asked: number): Promise<number> {
    const last = answer.batches.at(-1);
    if (last === undefined && answer.recordBytes > 0) throw damaged('it is cut off at its very first batch');
    if (last !== undefined) return Math.max(asked, last.lastOffset + 1);
    const isGap =
      answer.recordBytes === 0 && answer.clientSideThrottleTime === 0 && asked < answer.lastStableOffset;
    this.#empty = { offset: asked, count: isGap && this.#empty.offset === asked ? this.#empty.count + 1 : 1 };
    if (!isGap || this.#empty.count < emptyAnswers) return asked;
    // Compaction may take away everything up to the end, the records of transactions included. Brokers then
    // answer with nothing for ever, and with the end: there is nothing in between.
    if (await this.#isCompacted()) {
      this.#context.notes.say(`${this.#doing}: compaction left nothing between ${asked} and the end`);
      return answer.lastStableOffset;
    }
    throw new RmmError(
      'kafka_request_failed',
      `${this.#doing}: the broker sends nothing at offset ${asked} although the end is ${answer.lastStableOffset}`,
      { context: { topic: this.topic, partition: this.partition, offset: asked } },
    );
  }

  async #lost(offset: number): Promise<RmmError> {
    const range = await partitionRange(this.#directory, this.topic, this.partition, this.#doing);
    if (offset >= range.first && offset <= range.end)
      return brokerFailure(brokerCode.unknownLeaderEpoch, { doing: this.#doing, broker: 'that leads now' });
    const what =
      offset < range.first
        ? `messages ${offset} to ${range.first - 1} were deleted before they were read; was their retention too short?`
        : `the end is ${range.end}; was the topic deleted and made again?`;
    return new RmmError('kafka_data_lost', `${this.#doing}: there is no offset ${offset}: ${what}`, {
      context: { topic: this.topic, partition: this.partition, offset, first: range.first, end: range.end },
    });
  }

  async close(): Promise<void> {
    this.#links.close();
  }
}
