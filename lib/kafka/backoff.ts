/** Pauses between tries: doubling from `firstMs` to `mostMs`, each with up to a fifth of chance. */
export class Backoff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  readonly #random: () => number;
  #nextMs: number;

  constructor(firstMs: number, mostMs: number, random: () => number = Math.random) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
    this.#random = random;
    this.#nextMs = firstMs;
  }

  /** The pause before the next try, in ms. */
  next(): number {
    const pauseMs = this.#nextMs * (1 - 0.2 * this.#random());
    this.#nextMs = Math.min(2 * this.#nextMs, this.#mostMs);
    return pauseMs;
  }

  /** After a success. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
