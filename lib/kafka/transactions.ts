import { invariant, type RmmError } from '../base/error.js';
import type { Transaction } from './client.js';
import { closedHere } from './failures.js';
import { OpenTransaction, type TransactionSteps } from './open-transaction.js';

/** What the transactions of a producer need of its client. */
export interface TransactionProtocol {
  readonly transactionalId: string;
  readonly isClosed: boolean;
  readonly steps: TransactionSteps;
  /** Ends the open transaction for good; repeats itself until the brokers have answered. */
  commit(): Promise<void>;
  /** As `commit`, but patient for a moment only: the next producer aborts it anyway. */
  abort(): Promise<void>;
}

/**
 * The transactions of one producer, one after the other: commits what went well, aborts what did not, and takes
 * no more once it is not known what the brokers did.
 */
export class Transactions {
  readonly #protocol: TransactionProtocol;
  #isBusy = false;
  /** The failure after which sequence numbers or the coordinator's state are no longer known. */
  #broken: RmmError | undefined;

  constructor(protocol: TransactionProtocol) {
    this.#protocol = protocol;
  }

  async run<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const { isClosed, transactionalId } = this.#protocol;
    if (isClosed) throw closedHere(`a transaction of ${transactionalId}`);
    if (this.#broken !== undefined) throw this.#broken;
    invariant(!this.#isBusy, `a transaction of ${transactionalId} is open already`);
    this.#isBusy = true;
    try {
      return await this.#run(new OpenTransaction(this.#protocol.steps), body);
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
    if (open.isRegistered) await this.#breaking(() => this.#protocol.commit());
    return result;
  }

  async #abort(open: OpenTransaction): Promise<void> {
    this.#broken = open.failure;
    if (!open.isRegistered || open.failure?.code === 'kafka_fenced') return;
    await this.#breaking(() => this.#protocol.abort()).catch(() => undefined);
  }

  async #breaking(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#broken = error as RmmError;
      throw error;
    }
  }
}
