import { invariant, RmmError } from '../../base/error.js';
import type { Transaction, TransactionalProducer, TransactionScope } from '../client.js';
import { checkSizes } from '../message-sizes.js';
import { Transactions } from '../transactions.js';
import type { Directory } from './directory.js';
import type { LinkContext } from './link.js';
import { Links } from './links.js';
import { LostMarkers } from './lost-markers.js';
import { PartitionWriter } from './partition-writer.js';
import { type TransactionIds, TransactionRequests } from './transaction-requests.js';
import type { Outcome } from './transaction-state.js';

/** How long an abort may hold up the caller of a failed transaction. */
const abortPatienceMs = 2000;

/** What the producers of one client share. */
export interface ProducerContext extends LinkContext {
  /**
   * How the last transaction of an id was decided, where it is not certain that all its markers are written. Whoever takes
   * the id over begins a state in which the coordinator has forgotten that.
   */
  readonly undone: Map<string, Outcome>;
}

/**
 * A producer bound to one transactional id.
 *
 * Why nothing is lost or doubled when the connection breaks while a commit is under way: the request to end
 * the transaction is repeated until the coordinator answers, and a coordinator answers the repeated commit of a
 * committed transaction with yes. Where the patience ends before that, the caller gets an error and cannot know
 * the outcome; it asks for a new producer under the same id. The coordinator then either has the decision in its
 * log and completes the commit, or has not and aborts; only afterwards it gives the id away. The group's
 * committed offset is part of the transaction, so reading it after that tells the outcome. See LostMarkers for what
 * brokers may leave undone of it.
 */
export class KafkajsProducer implements TransactionalProducer {
  readonly transactionalId: string;
  readonly #undone: Map<string, Outcome>;
  readonly #links: Links;
  readonly #requests: TransactionRequests;
  readonly #markers: LostMarkers | undefined;
  readonly #ids: TransactionIds;
  readonly #transactions: Transactions;
  /** Connections lost up to the end of the last transaction. */
  #losses: number;

  private constructor(
    { connection, undone }: ProducerContext,
    directory: Directory,
    links: Links,
    requests: TransactionRequests,
    ids: TransactionIds,
    scope: TransactionScope | undefined,
  ) {
    this.transactionalId = ids.transactionalId;
    this.#undone = undone;
    this.#links = links;
    this.#requests = requests;
    this.#ids = ids;
    this.#losses = links.losses;
    this.#markers = scope === undefined ? undefined : new LostMarkers(directory, links, requests, scope);
    const writer = new PartitionWriter(connection, directory, links);
    this.#transactions = new Transactions({
      transactionalId: ids.transactionalId,
      get isClosed() {
        return links.isClosed;
      },
      steps: {
        addPartition: (topic, partition) => {
          invariant(
            scope === undefined ||
              scope.outputs.some((output) => output.topic === topic && output.partition === partition),
            `transactions of ${ids.transactionalId} are not known to write to ${topic}, partition ${partition}`,
          );
          return requests.addPartition(ids, topic, partition);
        },
        addGroup: (group) => requests.addGroup(ids, group),
        write: (topic, partition, messages) => writer.write(ids, topic, partition, messages),
        commitOffset: (commit) => requests.commitOffset(ids, commit),
        checkSizes: (topic, messages) => {
          // Brokers count what arrives; compressed messages are left to them.
          if (connection.compression === 'none') checkSizes(messages, connection.maxMessageBytes, topic);
        },
      },
      commit: () => this.#end('commit'),
      abort: () => this.#end('abort', abortPatienceMs),
    });
  }

  /** @throws kafka_unreachable, kafka_refused, kafka_settings_refused, kafka_request_failed */
  static async start(
    context: ProducerContext,
    directory: Directory,
    transactionalId: string,
    scope?: TransactionScope,
  ): Promise<KafkajsProducer> {
    const { requestTimeoutMs, transactionTimeoutMs } = context.connection;
    const links = new Links(context);
    const requests = new TransactionRequests(directory, links, requestTimeoutMs);
    try {
      // Asked before the id is taken over, and remembered: afterwards the coordinator has forgotten it, also where its
      // answer is lost.
      const outcome =
        scope === undefined
          ? undefined
          : (context.undone.get(transactionalId) ?? (await requests.outcome(transactionalId)));
      if (outcome !== undefined) context.undone.set(transactionalId, outcome);
      const ids = await requests.takeOver(transactionalId, transactionTimeoutMs);
      const producer = new KafkajsProducer(context, directory, links, requests, ids, scope);
      if (outcome !== undefined) await producer.#settle(outcome);
      return producer;
    } catch (error) {
      links.close();
      throw error;
    }
  }

  async #end(outcome: Outcome, patienceMs?: number): Promise<void> {
    await this.#requests.end(this.#ids, outcome, patienceMs);
    if (this.#links.losses !== this.#losses) await this.#settle(outcome);
    this.#losses = this.#links.losses;
  }

  /** Sees to it that a decided transaction has its markers. */
  async #settle(outcome: Outcome): Promise<void> {
    this.#undone.set(this.transactionalId, outcome);
    try {
      await this.#markers?.write(this.#ids, outcome);
      this.#undone.delete(this.transactionalId);
    } catch (error) {
      // Whoever has taken the id over sees to it.
      if (error instanceof RmmError && error.code === 'kafka_fenced')
        this.#undone.delete(this.transactionalId);
      throw error;
    }
  }

  transaction<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#transactions.run(body);
  }

  async close(): Promise<void> {
    this.#links.close();
  }
}
