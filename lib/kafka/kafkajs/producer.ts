import type { Transaction, TransactionalProducer } from '../client.js';
import { checkSizes } from '../message-sizes.js';
import { Transactions } from '../transactions.js';
import type { Directory } from './directory.js';
import type { LinkContext } from './link.js';
import { Links } from './links.js';
import { PartitionWriter } from './partition-writer.js';
import { type TransactionIds, TransactionRequests } from './transaction-requests.js';

/** How long an abort may hold up the caller of a failed transaction. */
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
  readonly #transactions: Transactions;

  private constructor(
    { connection }: LinkContext,
    directory: Directory,
    links: Links,
    requests: TransactionRequests,
    ids: TransactionIds,
  ) {
    this.transactionalId = ids.transactionalId;
    this.#links = links;
    const writer = new PartitionWriter(connection, directory, links);
    this.#transactions = new Transactions({
      transactionalId: ids.transactionalId,
      get isClosed() {
        return links.isClosed;
      },
      steps: {
        addPartition: (topic, partition) => requests.addPartition(ids, topic, partition),
        addGroup: (group) => requests.addGroup(ids, group),
        write: (topic, partition, messages) => writer.write(ids, topic, partition, messages),
        commitOffset: (commit) => requests.commitOffset(ids, commit),
        checkSizes: (topic, messages) => {
          // Brokers count what arrives; compressed messages are left to them.
          if (connection.compression === 'none') checkSizes(messages, connection.maxMessageBytes, topic);
        },
      },
      commit: () => requests.end(ids, true),
      abort: () => requests.end(ids, false, abortPatienceMs),
    });
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

  transaction<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#transactions.run(body);
  }

  async close(): Promise<void> {
    this.#links.close();
  }
}
