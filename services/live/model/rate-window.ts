/** Counts that only grow, at one moment. */
export interface Totals {
  readonly eventsIn: number;
  readonly eventsOut: number;
  readonly bytesOut: number;
  readonly seconds: number;
}

interface Sample extends Totals {
  readonly atMs: number;
}

export interface Rates {
  readonly rateIn: number;
  readonly rateOut: number;
  readonly bytesRate: number;
  /** Seconds of work a second. */
  readonly busy: number;
}

const still: Rates = { rateIn: 0, rateOut: 0, bytesRate: 0, busy: 0 };

/** Rates over the last `windowMs`: batches come in one piece, so that a shorter time would jump. */
export class RateWindow {
  readonly #windowMs: number;
  #samples: Sample[] = [];
  #movedMs = Number.NEGATIVE_INFINITY;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Time of the last sample that was above the one before. */
  get movedMs(): number {
    return this.#movedMs;
  }

  /** Counts that are taken up here had grown before: no rate is made of that. */
  begin(totals: Totals, atMs: number): void {
    this.#samples = [{ ...totals, atMs }];
  }

  sample(totals: Totals, atMs: number): Rates {
    let last = this.#samples.at(-1);
    // The machine's clock was set back.
    if (last !== undefined && atMs < last.atMs) {
      this.#samples = [];
      this.#movedMs = Math.min(this.#movedMs, atMs);
      last = undefined;
    }
    // A process that was started again counts from 0.
    if (last !== undefined && (totals.eventsIn < last.eventsIn || totals.eventsOut < last.eventsOut))
      this.#samples = [];
    else if (last !== undefined && (totals.eventsIn > last.eventsIn || totals.eventsOut > last.eventsOut))
      this.#movedMs = atMs;
    this.#samples.push({ ...totals, atMs });
    while (this.#samples.length > 2 && this.#samples[1]!.atMs <= atMs - this.#windowMs) this.#samples.shift();
    const first = this.#samples[0]!;
    const seconds = (atMs - first.atMs) / 1000;
    if (seconds <= 0) return still;
    return {
      rateIn: (totals.eventsIn - first.eventsIn) / seconds,
      rateOut: (totals.eventsOut - first.eventsOut) / seconds,
      bytesRate: Math.max(0, totals.bytesOut - first.bytesOut) / seconds,
      busy: Math.max(0, totals.seconds - first.seconds) / seconds,
    };
  }
}
