import type { Clock } from '../base/clock.js';

/** Somebody who reads the metrics from time to time. */
interface Reader {
  readonly lastMs: number;
  /** Time between its last two readings; 0 for the first one. */
  readonly gapMs: number;
  /** Longest it is expected to stay away. */
  readonly awayMs: number;
}

/** The pace of one who has read once only is not known; most come every few seconds. */
const unknownPaceMs = 20_000;

/** Prometheus comes once a minute where nobody says otherwise. Who stays away for longer does not watch. */
const longestGapMs = 65_000;

/** A reader may come so much later than at its pace. */
const lateness = { factor: 1.25, ms: 1_000 } as const;

/** Readers are told apart by foreign text. */
const mostReaders = 64;

/**
 * The time in which those who watch a process can still read that it has failed. Each is waited for as long as it takes
 * at its own pace: a page that looks every two seconds must not take the word from a Prometheus that comes once a minute.
 */
export class LastWord {
  readonly #clock: Clock;
  /** In the order of their last readings. */
  readonly #readers = new Map<string, Reader>();
  /** Until when those are waited for who have not read it yet. */
  readonly #awaited = new Map<string, number>();
  #wake = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param name of whoever has read the metrics: the same each time */
  read(name: string): void {
    const lastMs = this.#clock.steadyMs();
    const before = this.#readers.get(name);
    const known = before !== undefined && lastMs - before.lastMs <= longestGapMs ? before : undefined;
    const gapMs = known === undefined ? 0 : lastMs - known.lastMs;
    // Two readers of one name come in turns: the shorter of two gaps says little.
    const paceMs = known === undefined ? unknownPaceMs : Math.max(gapMs, known.gapMs);
    const awayMs = paceMs * lateness.factor + lateness.ms;
    this.#readers.delete(name);
    this.#readers.set(name, { lastMs, gapMs, awayMs });
    if (this.#readers.size > mostReaders) this.#readers.delete(this.#readers.keys().next().value!);
    this.#awaited.delete(name);
    this.#wake();
  }

  /** From now on there is something to be read. */
  begin(): void {
    const nowMs = this.#clock.steadyMs();
    for (const [name, { lastMs, awayMs }] of this.#readers)
      if (lastMs + awayMs > nowMs) this.#awaited.set(name, lastMs + awayMs);
  }

  /**
   * Resolves when all have read who are to be expected, or when `signal` is aborted.
   * @param onWait called where that is not now
   */
  async over(signal: AbortSignal | undefined, onWait: (() => void) | undefined): Promise<void> {
    for (let isFirst = true; signal?.aborted !== true; isFirst = false) {
      const leftMs = Math.max(...this.#awaited.values()) - this.#clock.steadyMs();
      if (leftMs <= 0) return;
      if (isFirst) onWait?.();
      await this.#news(leftMs, signal);
    }
  }

  #news(mostMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(mostMs, done);
      this.#wake = done;
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}
