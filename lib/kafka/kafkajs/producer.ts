import { invariant, type RmmError } from '../../base/error.js';
import type { Transaction, TransactionalProducer } from '../client.js';
import { checkSizes } from './batches.js';
import type { Directory } from './directory.js';
import { closedHere } from './failures.js';
import type { LinkContext } from './link.js';
import { Links } from './links.js';
import { PartitionWriter } from './partition-writer.js';
import { OpenTransaction, type TransactionSteps } from './transaction.js';
import { type TransactionIds, TransactionRequests } from './transaction-requests.js';

/** How long an abort may hold up the caller of a failed transaction; the next producer aborts it anyway. */
const abortPatienceMs = 2000;

/**
 * A producer bound to one transactional id.
 *
 * Why nothing is lost or doubled when the connection breaks while a commit is under way: the request to end
 * the transaction is repeated until the coordinator answers, and a coordinator answers the repeated commit of a
 * committed transaction with yes. Where the patience ends before that, the caller gets an error and cannot know
 * the outcome; it asks for a new producer under the same id. The coordinator then either has the decision in its
 * log and completes the commit, or has not and aborts; only afterwards it gives the id away. The group's
 * committed offset is part of the transaction, so reading it after that tells the outcome.
 */
export class KafkajsProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #links: Links;
  readonly #requests: TransactionRequests;
  readonly #steps: TransactionSteps;
  readonly #ids: TransactionIds;
  #isBusy = false;
  /** The failure after which sequence numbers or the coordinator's state are no longer known. */
  #broken: RmmError | undefined;

  private constructor(
    context: LinkContext,
    directory: Directory,
    links: Links,
    requests: TransactionRequests,
    ids: TransactionIds,
  ) {
    this.transactionalId = ids.transactionalId;
    this.#links = links;
    this.#requests = requests;
    this.#ids = ids;
    const { connection } = context;
    const writer = new PartitionWriter(connection, directory, links);
    this.#steps = {
      addPartition: (topic, partition) => requests.addPartition(ids, topic, partition),
      addGroup: (group) => requests.addGroup(ids, group),
      write: (topic, partition, messages) => writer.write(ids, topic, partition, messages),
      commitOffset: (commit) => requests.commitOffset(ids, commit),
      checkSizes: (topic, messages) => {
        // Brokers count what arrives; compressed messages are left to them.
        if (connection.compression === 'none') checkSizes(messages, connection.maxMessageBytes, topic);
      },
    };
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_settings_refused, kafka_request_failed */
  static async start(
    context: LinkContext,
    directory: Directory,
    transactionalId: string,
  ): Promise<KafkajsProducer> {
    const { requestTimeoutMs, transactionTimeoutMs } = context.connection;
    const links = new Links(context);
    const requests = new TransactionRequests(directory, links, requestTimeoutMs);
    try {
      const ids = await requests.takeOver(transactionalId, transactionTimeoutMs);
      return new KafkajsProducer(context, directory, links, requests, ids);
    } catch (error) {
      links.close();
      throw error;
    }
  }

  async transaction<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    if (this.#links.isClosed) throw closedHere(`a transaction of ${this.transactionalId}`);
    if (this.#broken !== undefined) throw this.#broken;
    invariant(!this.#isBusy, `a transaction of ${this.transactionalId} is open already`);
    this.#isBusy = true;
    try {
      return await this.#run(new OpenTransaction(this.#steps), body);
    } finally {
      this.#isBusy = false;
    }
  }

  async #run<Result>(
    open: OpenTransaction,
    body: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    let result: Result;
    try {
      result = await body(open);
      await open.close();
      // A failure that the body swallowed, or did not wait for.
      if (open.failure !== undefined) throw open.failure;
    } catch (error) {
      await open.close();
      await this.#abort(open);
      throw error;
    }
    // Outside: a commit whose outcome is unknown must not be followed by an abort.
    if (open.isRegistered) await this.#breaking(() => this.#requests.end(this.#ids, true));
    return result;
  }

  async #abort(open: OpenTransaction): Promise<void> {
    this.#broken = open.failure;
    if (!open.isRegistered || open.failure?.code === 'kafka_fenced') return;
    await this.#breaking(() => this.#requests.end(this.#ids, false, abortPatienceMs)).catch(() => undefined);
  }

  async #breaking(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#broken = error as RmmError;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#links.close();
  }
}
