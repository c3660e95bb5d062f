import type {
  Rdkafka,
  RdkafkaConsumer,
  RdkafkaError,
  RdkafkaMessage,
  RdkafkaOffset,
  RdkafkaProducer,
  RdkafkaSettings,
} from '../../../lib/kafka/confluent/binding.js';

type Done = (error?: RdkafkaError | null, result?: unknown) => void;

export function rdkafkaError(code: number, more: Partial<RdkafkaError> = {}): RdkafkaError {
  return Object.assign(new Error(`Local: error ${code}`), { code, ...more });
}

/** What a call answers: nothing for yes; a promise holds the answer back. */
type Answer = RdkafkaError | undefined | Promise<RdkafkaError | undefined>;

/**
 * A librdkafka that does what a test says and writes down what it is asked for; the real one is compiled by hand
 * and not there on most machines.
 */
export class FakeRdkafka implements Rdkafka {
  readonly librdkafkaVersion = '0.0.0';
  readonly features = ['gzip', 'lz4'];
  /** Every call in order, with what matters of its arguments. */
  readonly calls: unknown[][] = [];
  /** Answers by the name of the call, each used once. */
  readonly answers: Record<string, (() => Answer)[]> = {};
  /** How a message that was handed over is reported. */
  deliver: (count: number) => RdkafkaError | null = () => null;
  /** Offset of the first message that is handed over; below 0 of all. */
  firstOffset = 100;
  /** What the queue of a consumer holds, one call of consume after the other. */
  readonly queue: (readonly [readonly RdkafkaMessage[], readonly RdkafkaOffset[]] | RdkafkaError)[] = [];
  wake: () => void = () => undefined;
  readonly Producer: Rdkafka['Producer'];
  readonly KafkaConsumer: Rdkafka['KafkaConsumer'];

  constructor() {
    const producer = (settings: RdkafkaSettings) => {
      this.calls.push(['new Producer', settings]);
      return this.#producer();
    };
    const consumer = (settings: RdkafkaSettings) => {
      this.calls.push(['new KafkaConsumer', settings]);
      const { queue_non_empty_cb: wake } = settings;
      if (typeof wake === 'function') this.wake = wake;
      return this.#consumer();
    };
    // Functions, since what `new` gives shall be one of ours.
    this.Producer = function Producer(settings: RdkafkaSettings) {
      return producer(settings);
    } as unknown as Rdkafka['Producer'];
    this.KafkaConsumer = function KafkaConsumer(settings: RdkafkaSettings) {
      return consumer(settings);
    } as unknown as Rdkafka['KafkaConsumer'];
  }

  /** Names of the calls so far. */
  get names(): string[] {
    return this.calls.map(([name]) => String(name));
  }

  async #answer(name: string, done: Done, ...about: unknown[]): Promise<void> {
    this.calls.push([name, ...about]);
    const answer = await this.answers[name]?.shift()?.();
    this.calls.push([`${name} answered`]);
    done(answer);
  }

  #producer(): RdkafkaProducer {
    let report: (error: RdkafkaError | null, report: RdkafkaOffset) => void = () => undefined;
    let sent = 0;
    return {
      connect: (_: unknown, done: Done) => this.#answer('connect', done),
      getClient: () => undefined,
      on: (event: string, listener: unknown) => {
        if (event === 'delivery-report') report = listener as typeof report;
      },
      setPollInBackground: () => undefined,
      produce: (topic, partition, value, key, _, __, headers) => {
        this.calls.push(['produce', topic, partition, value, key, headers]);
        const offset = this.firstOffset < 0 ? this.firstOffset : this.firstOffset + sent;
        sent += 1;
        const error = this.deliver(sent);
        queueMicrotask(() => report(error, { topic, partition, offset }));
      },
      initTransactions: (timeoutMs, done) => this.#answer('init', done as Done, timeoutMs),
      beginTransaction: (done) => this.#answer('begin', done as Done),
      commitTransaction: (timeoutMs, done) => this.#answer('commit', done as Done, timeoutMs),
      abortTransaction: (_, done) => this.#answer('abort', done as Done),
      sendOffsetsToTransaction: (offsets, _, __, done) => this.#answer('offsets', done as Done, offsets),
      disconnect: (_, done) => this.#answer('disconnect', done as Done),
    };
  }

  #consumer(): RdkafkaConsumer {
    return {
      connect: (_: unknown, done: Done) => this.#answer('connect', done),
      on: () => undefined,
      getClient: () => ({
        consume: (_, __, ___, done) => {
          this.calls.push(['consume']);
          const next = this.queue.shift() ?? [[], []];
          setImmediate(() => {
            if (Array.isArray(next)) done(null, ...(next as [RdkafkaMessage[], RdkafkaOffset[]]));
            else done(next as RdkafkaError, [], []);
          });
        },
      }),
      assign: ([partition]) => this.calls.push(['assign', partition]),
      disconnect: (done) => this.#answer('disconnect', done as Done),
    };
  }
}
