import { RmmError } from '../../base/error.js';
import type { Fetched, FetchOptions, PartitionReader } from '../client.js';
import { closedHere } from '../failures.js';
import { type AskedPartition, partitionRange, stableEnd, whyOutOfRange } from '../kafkajs/list-offsets.js';
import type { RdkafkaConsumer, RdkafkaMessage, RdkafkaOffset } from './binding.js';
import { Calls, start } from './calls.js';
import { fetchedMessage, takeUpTo } from './messages.js';
import type { ConfluentContext } from './producer.js';
import { rdkafkaCode, rdkafkaCodeOf, rdkafkaFailure } from './rdkafka-failure.js';
import { readerSettings, readerTopicSettings } from './settings.js';

/** Most messages that are taken out of librdkafka's queue at once. */
const mostAtOnce = 1000;
/** For so long the end of a partition is not asked for again while messages come. */
const endAgeMs = 500;

/**
 * Reads one partition by a librdkafka of its own, which reads ahead. What librdkafka does not tell is asked over
 * the connections of the other client: whether the leader is alive where nothing comes, where the end is, and
 * what became of an offset that is out of range.
 */
export class ConfluentReader implements PartitionReader {
  readonly topic: string;
  readonly partition: number;
  readonly #context: ConfluentContext;
  #starting: Promise<RdkafkaConsumer> | undefined;
  #isClosed = false;
  /** Of the next message that is given out, or behind the last one and what follows it unseen. */
  #next = -1;
  /** Taken out of librdkafka's queue and not yet given out. */
  #ahead: RdkafkaMessage[] = [];
  /** librdkafka has seen that nothing is committed at this offset yet. */
  #endReached = -1;
  #end = { offset: -1, at: Number.NEGATIVE_INFINITY };
  #wake: (() => void) | undefined;
  /** librdkafka got messages since they were last taken. */
  #isReady = false;
  #call: Promise<unknown> = Promise.resolve();

  constructor(context: ConfluentContext, topic: string, partition: number) {
    this.#context = context;
    this.topic = topic;
    this.partition = partition;
    context.open.add(this);
  }

  get #asked(): AskedPartition {
    const { topic, partition } = this;
    return { topic, partition, doing: `reading topic ${topic}, partition ${partition}` };
  }

  async fetch(options: FetchOptions): Promise<Fetched> {
    try {
      if (this.#isClosed) throw closedHere(this.#asked.doing);
      return await this.#fetch(options);
    } catch (error) {
      if (this.#isClosed) throw closedHere(this.#asked.doing);
      // Begin anew at the offset that is asked for then.
      this.#next = -1;
      throw rdkafkaFailure(error, this.#asked.doing);
    }
  }

  async #fetch(options: FetchOptions): Promise<Fetched> {
    const consumer = await this.#consumer(options);
    if (options.offset !== this.#next) this.#goTo(consumer, options.offset);
    const { requestTimeoutMs } = this.#context.connection;
    const startedAt = performance.now();
    let patienceMs = options.maxWaitMs;
    let wasSilent = false;
    for (;;) {
      if (this.#ahead.length === 0) await this.#pull(consumer);
      if (this.#ahead.length > 0 || this.#endReached > options.offset) return await this.#given(options);
      const leftMs = startedAt + patienceMs - performance.now();
      if (leftMs > 0) {
        await this.#wait(leftMs);
        continue;
      }
      const end = await this.#askEnd();
      // The package drops what went wrong behind messages, and the end stays where it is when messages are deleted.
      if (end < options.offset || wasSilent) await this.#checkOffset(options.offset);
      wasSilent = true;
      if (end <= options.offset)
        return { messages: [], nextOffset: options.offset, endOffset: options.offset };
      if (performance.now() - startedAt > requestTimeoutMs + options.maxWaitMs) throw this.#isSilent(end);
      // There is something, a message or the end of a transaction; librdkafka is about to bring it.
      patienceMs = performance.now() - startedAt + endAgeMs;
    }
  }

  async #consumer(options: FetchOptions): Promise<RdkafkaConsumer> {
    if (this.#starting === undefined) {
      const starting = this.#start(options);
      this.#starting = starting;
      starting.catch(() => {
        this.#starting = undefined;
      });
    }
    return await this.#starting;
  }

  async #start(options: FetchOptions): Promise<RdkafkaConsumer> {
    const { rdkafka, connection, notes, directory } = this.#context;
    const { doing } = this.#asked;
    // Says at once where the topic is missing.
    await directory.leaderOf(this.topic, this.partition, doing);
    const onMessages = () => {
      this.#isReady = true;
      this.#wake?.();
    };
    const settings = readerSettings(connection, this.topic, options, onMessages);
    const consumer = new rdkafka.KafkaConsumer(settings, readerTopicSettings);
    await start(consumer, connection, notes, doing);
    return consumer;
  }

  #goTo(consumer: RdkafkaConsumer, offset: number): void {
    if (this.#isClosed) throw closedHere(this.#asked.doing);
    consumer.assign([{ topic: this.topic, partition: this.partition, offset }]);
    this.#next = offset;
    this.#ahead = [];
    this.#endReached = -1;
  }

  /** Takes what librdkafka has without waiting for more. */
  async #pull(consumer: RdkafkaConsumer): Promise<void> {
    this.#isReady = false;
    const taking = new Promise<{ messages: readonly RdkafkaMessage[]; ends: readonly RdkafkaOffset[] }>(
      (resolve, reject) => {
        if (this.#isClosed) throw closedHere(this.#asked.doing);
        consumer.getClient().consume(0, mostAtOnce, false, (error, messages, ends) => {
          if (error === null || error === undefined) resolve({ messages, ends });
          else reject(error);
        });
      },
    );
    this.#call = taking.catch(() => undefined);
    try {
      const { messages, ends } = await taking;
      for (const message of messages) if (message.offset >= this.#next) this.#ahead.push(message);
      for (const { offset } of ends) this.#endReached = Math.max(this.#endReached, offset);
    } catch (error) {
      if (rdkafkaCodeOf(error) !== rdkafkaCode.offsetOutOfRange) throw error;
      await this.#checkOffset(this.#next);
      // It was said of an earlier offset, or by a broker that was behind.
      this.#goTo(consumer, this.#next);
    }
  }

  /** Resolves when librdkafka has something, the time is over or the reader is closed. */
  async #wait(ms: number): Promise<void> {
    if (this.#isReady || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    if (this.#isClosed) throw closedHere(this.#asked.doing);
  }

  async #given({ maxBytes }: FetchOptions): Promise<Fetched> {
    const count = takeUpTo(this.#ahead, maxBytes);
    const isAll = count === this.#ahead.length;
    const behindLast = count === 0 ? this.#next : this.#ahead[count - 1]!.offset + 1;
    const nextOffset = isAll ? Math.max(behindLast, this.#endReached) : behindLast;
    // Asked before anything is given out, so that nothing is lost where there is no answer.
    const endOffset = await this.#endBehind(nextOffset);
    const messages = this.#ahead.splice(0, count).map(fetchedMessage);
    this.#next = nextOffset;
    return { messages, nextOffset, endOffset };
  }

  /** The end never moves back, so what is known may be old, but never before what was read. */
  async #endBehind(offset: number): Promise<number> {
    if (offset === this.#endReached) return offset;
    const isOld = performance.now() - this.#end.at > endAgeMs;
    return isOld || this.#end.offset <= offset ? Math.max(offset, await this.#askEnd()) : this.#end.offset;
  }

  async #askEnd(): Promise<number> {
    const offset = await stableEnd(this.#context.directory, this.#asked);
    this.#end = { offset, at: performance.now() };
    return offset;
  }

  /**
   * Behind what readers see now there may be messages of an open transaction; behind those there is nothing.
   * @throws kafka_data_lost
   */
  async #checkOffset(offset: number): Promise<void> {
    const { first, end } = await partitionRange(this.#context.directory, this.#asked);
    if (offset < first || offset > end)
      throw await whyOutOfRange(this.#context.directory, this.#asked, offset);
  }

  #isSilent(end: number): RmmError {
    const { topic, partition } = this;
    return new RmmError(
      'kafka_unreachable',
      `${this.#asked.doing}: nothing came from offset ${this.#next} although the end is ${end}`,
      { context: { topic, partition, offset: this.#next } },
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#context.open.delete(this);
    this.#wake?.();
    const consumer = await this.#starting?.catch(() => undefined);
    await this.#call;
    if (consumer !== undefined) await new Calls().close(consumer);
  }
}
