import { type Clock, systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import type { FetchedMessage, KafkaClient } from '../../lib/kafka/client.js';
import { readProgress } from './progress-records.js';
import { RunState } from './run-state.js';

export interface ProgressViewOptions {
  readonly client: KafkaClient;
  readonly topic: string;
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>;
  /** Hears when the log cannot be read, and again (undefined) when it can. */
  readonly onTrouble?: (error: RmmError | undefined) => void;
  /** Hears of every try that failed. */
  readonly onError?: (error: RmmError) => void;
  readonly clock?: Pick<Clock, 'after'>;
}

const fetchBytes = 4 << 20;
const maxWaitMs = 500;

/** Follows `progress` from its start and keeps the state that its records give. */
export class ProgressView {
  readonly state = new RunState();
  /** Messages that are no records of ours: passed over here, and made dead letters of by the control role. */
  unreadable = 0;
  readonly #options: ProgressViewOptions;
  #position = 0;
  readonly #waiting = new Set<() => void>();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ProgressViewOptions) {
    this.#options = options;
  }

  /** Offset of the next record to read. */
  get position(): number {
    return this.#position;
  }

  /** Reads on until `signal` is aborted. @throws what no retry mends */
  async follow(signal: AbortSignal): Promise<void> {
    const { client, topic, pause, onTrouble, onError } = this.#options;
    const reader = client.reader(topic, 0);
    try {
      for (let attempt = 0; !signal.aborted; ) {
        try {
          const { messages, nextOffset } = await reader.fetch({
            offset: this.#position,
            maxBytes: fetchBytes,
            maxWaitMs,
          });
          if (attempt > 0) onTrouble?.(undefined);
          attempt = 0;
          for (const message of messages) this.#read(message);
          const moved = nextOffset !== this.#position;
          this.#position = nextOffset;
          if (moved) this.#wake();
        } catch (error) {
          if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
          onError?.(error);
          if (attempt === 0) onTrouble?.(error);
          attempt += 1;
          await pause(attempt, signal);
        }
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    } finally {
      this.#wake();
      await reader.close();
    }
  }

  /** What is known goes on to grow. @throws what ended the following: what is known is of then */
  assertFollowed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Waits until `look` finds something; undefined where `signal` is aborted first. */
  async until<Found>(
    look: (state: RunState) => Found | undefined,
    signal: AbortSignal,
  ): Promise<Found | undefined> {
    while (!signal.aborted) {
      this.assertFollowed();
      const found = look(this.state);
      if (found !== undefined && found !== false) return found;
      await this.changed(signal);
    }
    return undefined;
  }

  /** Resolves at the next record, when `signal` is aborted, or after `mostMs` where that is given. */
  changed(signal: AbortSignal, mostMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel?.();
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      const { clock = systemClock } = this.#options;
      const cancel = mostMs === undefined || signal.aborted ? undefined : clock.after(mostMs, done);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }

  /** How many wait for a record now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits until everything that is in the log now was read. Called once a role or partition is ours: what its
   * earlier holder wrote is then known, and it can write no more.
   */
  async catchUp(signal: AbortSignal): Promise<void> {
    const { end } = await this.#ends(signal);
    await this.until(() => this.#position >= end, signal);
  }

  /**
   * Waits until everything that can be read now was read, which is what whoever starts needs. What lies behind a
   * transaction that a dead copy left open is not waited for: it may take the one who starts to end that.
   * @returns the end of the log when this was called
   */
  async catchUpSettled(signal: AbortSignal): Promise<number> {
    const { end, stable } = await this.#ends(signal);
    await this.until(() => this.#position >= stable, signal);
    return end;
  }

  /** Where the log ends now; asked until somebody answers. */
  async #ends(signal: AbortSignal): Promise<{ readonly end: number; readonly stable: number }> {
    const { client, topic, pause } = this.#options;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return (await client.admin.offsets(topic))[0] ?? { end: 0, stable: 0 };
      } catch (error) {
        if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
        await pause(attempt, signal);
      }
    }
    return { end: 0, stable: 0 };
  }

  #read(message: FetchedMessage): void {
    try {
      this.state.apply(readProgress(message), message.offset, message.timestampMs);
    } catch (error) {
      if (!(error instanceof RmmError)) throw error;
      this.unreadable += 1;
    }
  }

  #wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }
}
