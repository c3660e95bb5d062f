import type { Clock } from '../../lib/base/clock.js';

/** A clock that stands still until the test moves it. Both times run together; wall time starts at `epochMs`. */
export class FakeClock implements Clock {
  #nowMs = 0;
  #order = 0;
  readonly #waiting = new Map<number, { readonly atMs: number; readonly callback: () => void }>();
  readonly #epochMs: number;

  constructor(epochMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#epochMs = epochMs;
  }

  wallMs(): number {
    return this.#epochMs + this.#nowMs;
  }

  steadyMs(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const id = this.#order++;
    this.#waiting.set(id, { atMs: this.#nowMs + ms, callback });
    return () => this.#waiting.delete(id);
  }

  /** How many callbacks are due later. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Moves on by `ms`, calling back in order of time, and lets promises settle after each call and at the end. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = [...this.#waiting].filter(([, timer]) => timer.atMs <= untilMs);
      if (due.length === 0) break;
      const [id, timer] = due.reduce((first, other) => (other[1].atMs < first[1].atMs ? other : first));
      this.#waiting.delete(id);
      this.#nowMs = timer.atMs;
      timer.callback();
      await settle();
    }
    this.#nowMs = untilMs;
  }
}

/** Lets every promise that can settle without time or input settle. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
