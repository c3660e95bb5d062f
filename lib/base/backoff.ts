export interface BackoffOptions {
  /** Longest first pause. Default 100 ms. */
  readonly firstMs?: number;
  /** Longest pause of all: kafka.retry_max_ms. Default 10,000 ms. */
  readonly maxMs?: number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Pause after `failures` failures in a row (1, 2, ...): the longest one doubles from firstMs to maxMs, and the
 * pause is drawn from its upper half, so that many clients do not come back at the same moment and none at once.
 */
export function backoffMs(failures: number, options: BackoffOptions): number {
  const { firstMs = 100, maxMs = 10_000, random } = options;
  // 2^60 milliseconds are beyond every limit, and no power overflows.
  const longest = Math.min(maxMs, firstMs * 2 ** Math.min(60, Math.max(0, failures - 1)));
  return longest * (0.5 + 0.5 * random());
}

/** Counts failures in a row, for whoever tries again and again. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(firstMs: number, maxMs: number, random: () => number = Math.random) {
    this.#options = { firstMs, maxMs, random };
  }

  /** The pause after one more failure, in ms. */
  next(): number {
    this.#failures += 1;
    return backoffMs(this.#failures, this.#options);
  }

  /** After a success. */
  reset(): void {
    this.#failures = 0;
  }
}
