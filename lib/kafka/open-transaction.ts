import { invariant, type RmmError } from '../base/error.js';
import type { OffsetCommit, OutgoingMessage, Transaction } from './client.js';

/** What a transaction does at the brokers. */
export interface TransactionSteps {
  addPartition(topic: string, partition: number): Promise<void>;
  addGroup(group: string): Promise<void>;
  /** The offset behind the last message. */
  write(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<number>;
  commitOffset(commit: OffsetCommit): Promise<void>;
  /** @throws kafka_message_too_large */
  checkSizes(topic: string, messages: readonly OutgoingMessage[]): void;
}

/** One transaction: keeps its steps in a row, and remembers what takes part and what failed. */
export class OpenTransaction implements Transaction {
  readonly #steps: TransactionSteps;
  readonly #parts = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #failure: RmmError | undefined;
  #isOver = false;

  constructor(steps: TransactionSteps) {
    this.#steps = steps;
  }

  /** Whether the coordinator knows of the transaction, or may know. */
  get isRegistered(): boolean {
    return this.#parts.size > 0;
  }

  /** The first failure at the brokers, thrown or not by whoever uses this. */
  get failure(): RmmError | undefined {
    return this.#failure;
  }

  send(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<number> {
    return this.#inTurn(async () => {
      invariant(messages.length > 0, `nothing to write to topic ${topic}`);
      this.#steps.checkSizes(topic, messages);
      return await this.#atBrokers(async () => {
        await this.#once(`${partition} ${topic}`, () => this.#steps.addPartition(topic, partition));
        return await this.#steps.write(topic, partition, messages);
      });
    });
  }

  commitOffset(commit: OffsetCommit): Promise<void> {
    return this.#inTurn(() =>
      this.#atBrokers(async () => {
        await this.#once(`group ${commit.group}`, () => this.#steps.addGroup(commit.group));
        await this.#steps.commitOffset(commit);
      }),
    );
  }

  /** Takes no more steps; resolves when those under way have ended, well or not. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#last.catch(() => undefined);
  }

  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const turn = this.#last
      .catch(() => undefined)
      .then(() => {
        invariant(!this.#isOver, 'a transaction was used after its end');
        if (this.#failure !== undefined) throw this.#failure;
        return step();
      });
    this.#last = turn;
    // Whoever starts several steps and stops at the first failure leaves the others without a listener.
    turn.catch(() => undefined);
    return turn;
  }

  async #once(part: string, register: () => Promise<void>): Promise<void> {
    if (this.#parts.has(part)) return;
    // Before the request: where its answer is lost the coordinator may know the transaction all the same.
    this.#parts.add(part);
    await register();
  }

  async #atBrokers<Result>(step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      this.#failure = error as RmmError;
      throw error;
    }
  }
}
