import { RmmError } from '../../base/error.js';
import type {
  KafkaConnection,
  OffsetCommit,
  OutgoingMessage,
  Transaction,
  TransactionalProducer,
} from '../client.js';
import { closedHere } from '../failures.js';
import type { Directory } from '../kafkajs/directory.js';
import { checkSizes } from '../message-sizes.js';
import type { Notes } from '../notes.js';
import { Transactions } from '../transactions.js';
import type { Rdkafka, RdkafkaError, RdkafkaOffset, RdkafkaProducer } from './binding.js';
import { Calls, graceMs, type Patience, start } from './calls.js';
import type { CommitGroups } from './commit-groups.js';
import { isAftermath, rdkafkaFailure } from './rdkafka-failure.js';
import { producerSettings } from './settings.js';

/** What librdkafka goes on with when it is asked again is asked for so long at a time. */
const callMs = 1000;

/** How long an abort may hold up the caller of a failed transaction. */
const aborting: Patience = { patienceMs: 2000, callMs };

/** What everything of one client shares. */
export interface ConfluentContext {
  readonly rdkafka: Rdkafka;
  readonly connection: KafkaConnection;
  readonly notes: Notes;
  readonly directory: Directory;
  readonly groups: CommitGroups;
  /** Everything that holds connections of librdkafka, so that the client can close it all. */
  readonly open: Set<{ close(): Promise<void> }>;
  /** Nothing new is to be opened. */
  readonly isClosed: () => boolean;
}

/** Messages of one `send` on their way. */
interface Delivery {
  left: number;
  /** Behind the last of them that was reported. */
  end: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A producer bound to one transactional id, by librdkafka. It repeats what is not answered as the other client
 * does (see there why an unanswered commit neither loses nor doubles).
 */
export class ConfluentProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #context: ConfluentContext;
  readonly #producer: RdkafkaProducer;
  readonly #transactions: Transactions;
  #delivery: Delivery | undefined;
  #hasBegun = false;
  readonly #calls = new Calls();

  private constructor(context: ConfluentContext, producer: RdkafkaProducer, transactionalId: string) {
    const { connection, directory } = context;
    const calls = this.#calls;
    this.transactionalId = transactionalId;
    this.#context = context;
    this.#producer = producer;
    this.#transactions = new Transactions({
      transactionalId,
      get isClosed() {
        return calls.isClosed;
      },
      steps: {
        addPartition: async (topic, partition) => {
          // Says at once where the topic is missing; librdkafka waits for it.
          await directory.leaderOf(topic, partition, `writing to topic ${topic}, partition ${partition}`);
          await this.#begin();
        },
        addGroup: async (group) => {
          await context.groups.of(group);
          await this.#begin();
        },
        write: (topic, partition, messages) => this.#write(topic, partition, messages),
        commitOffset: (commit) => this.#commitOffset(commit),
        checkSizes: (topic, messages) => {
          // Brokers count what arrives; compressed messages are left to them.
          if (connection.compression === 'none') checkSizes(messages, connection.maxMessageBytes, topic);
        },
      },
      commit: () => this.#end('committing', { patienceMs: connection.requestTimeoutMs, callMs }),
      abort: () => this.#end('aborting', aborting),
    });
    producer.on('delivery-report', (error, report) => this.#report(error, report));
    producer.setPollInBackground(true);
    context.open.add(this);
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_settings_refused, kafka_request_failed, kafka_closed */
  static async start(context: ConfluentContext, transactionalId: string): Promise<ConfluentProducer> {
    const { rdkafka, connection, notes } = context;
    const doing = `taking over transactional id ${transactionalId}`;
    const native = new rdkafka.Producer(producerSettings(connection, transactionalId), {});
    await start(native, connection, notes, doing);
    if (context.isClosed()) {
      await new Calls().close({ disconnect: (done) => native.disconnect(0, done) });
      throw closedHere(doing);
    }
    const producer = new ConfluentProducer(context, native, transactionalId);
    try {
      const patience = { patienceMs: connection.requestTimeoutMs, callMs };
      await producer.#calls.make(doing, patience, (timeoutMs, done) =>
        native.initTransactions(timeoutMs, done),
      );
      return producer;
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    if (this.#hasBegun) return;
    const doing = `beginning a transaction of ${this.transactionalId}`;
    await this.#calls.make(doing, { patienceMs: 0, callMs }, (_, done) =>
      this.#producer.beginTransaction(done),
    );
    this.#hasBegun = true;
  }

  #write(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<number> {
    const doing = `writing to topic ${topic}, partition ${partition}`;
    let timer: NodeJS.Timeout | undefined;
    return new Promise<number>((resolve, reject) => {
      if (this.#calls.isClosed) throw closedHere(doing);
      this.#delivery = { left: messages.length, end: 0, resolve, reject };
      const giveUp = () =>
        reject(new RmmError('kafka_unreachable', `${doing}: librdkafka does not say what became of it`));
      timer = setTimeout(giveUp, this.#context.connection.requestTimeoutMs + graceMs);
      for (const { key, value, headers } of messages)
        this.#producer.produce(topic, partition, nativeValue(value), key, null, undefined, pairs(headers));
    })
      .catch(async (error: unknown) => {
        throw await this.#whyNotWritten(error, doing);
      })
      .finally(() => {
        clearTimeout(timer);
        this.#delivery = undefined;
      });
  }

  /** Where another producer took over, librdkafka reports only that it threw the messages away; an abort says why. */
  async #whyNotWritten(error: unknown, doing: string): Promise<RmmError> {
    const failure = rdkafkaFailure(error, doing);
    if (!isAftermath(error)) return failure;
    try {
      await this.#end('aborting', aborting, doing);
      return failure;
    } catch (reason) {
      const { code } = reason as RmmError;
      return code === 'kafka_unreachable' || code === 'kafka_closed' ? failure : (reason as RmmError);
    }
  }

  /** Whatever is still reported after a failure belongs to a transaction that is given up. */
  #report(error: RdkafkaError | null | undefined, { offset }: RdkafkaOffset): void {
    const delivery = this.#delivery;
    if (delivery === undefined) return;
    if (error !== null && error !== undefined) {
      delivery.reject(error);
      return;
    }
    // A broker takes what is sent again for delivered without knowing its place once it has forgotten that.
    if (offset < 0) {
      delivery.reject(new RmmError('kafka_unreachable', 'delivered, but librdkafka does not know where to'));
      return;
    }
    delivery.left -= 1;
    delivery.end = Math.max(delivery.end, offset + 1);
    if (delivery.left === 0) delivery.resolve(delivery.end);
  }

  async #commitOffset({ group, topic, partition, offset, metadata }: OffsetCommit): Promise<void> {
    const consumer = await this.#context.groups.of(group);
    const doing = `committing offset ${offset} of topic ${topic}, partition ${partition} for group ${group}`;
    const { requestTimeoutMs, transactionTimeoutMs } = this.#context.connection;
    const patienceMs = Math.min(requestTimeoutMs, transactionTimeoutMs);
    // Where its time is over librdkafka gives the transaction up, so it gets all the time there is.
    await this.#calls.make(doing, { patienceMs, callMs: patienceMs }, (timeoutMs, done) =>
      this.#producer.sendOffsetsToTransaction(
        [{ topic, partition, offset, metadata }],
        consumer,
        timeoutMs,
        done,
      ),
    );
  }

  async #end(
    how: 'committing' | 'aborting',
    patience: Patience,
    doing = `${how} a transaction of ${this.transactionalId}`,
  ): Promise<void> {
    // Where beginning failed there is nothing to end.
    if (!this.#hasBegun) return;
    await this.#calls.make(doing, patience, (timeoutMs, done) =>
      how === 'committing'
        ? this.#producer.commitTransaction(timeoutMs, done)
        : this.#producer.abortTransaction(timeoutMs, done),
    );
    this.#hasBegun = false;
  }

  transaction<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#transactions.run(body);
  }

  async close(): Promise<void> {
    this.#context.open.delete(this);
    this.#delivery?.reject(closedHere(`a transaction of ${this.transactionalId}`));
    await this.#calls.close({ disconnect: (done) => this.#producer.disconnect(0, done) });
  }
}

/** librdkafka takes an empty buffer for null where it has no memory of its own. */
const emptyValue = Buffer.alloc(1).subarray(0, 0);

function nativeValue(value: Uint8Array | null): Buffer | null {
  if (value === null) return null;
  if (value.length === 0) return emptyValue;
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function pairs(headers: Readonly<Record<string, string>>): Record<string, string>[] {
  return Object.entries(headers).map(([name, value]) => ({ [name]: value }));
}
