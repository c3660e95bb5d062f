import { invariant } from '../base/error.js';

export interface TokenBucketOptions {
  /** Units a second. */
  readonly perSecond: number;
  /** What a caller that was late may make up for, in milliseconds of the rate; more is lost. */
  readonly burstMs: number;
  /** A clock that never goes back. */
  readonly steadyMs: () => number;
}

/**
 * Holds a rate: whoever is about to do `amount` of work is told from which moment on it may. Moments are handed out
 * in the order of the calls, each `amount / perSecond` behind the one before, so between any two moments no more is
 * allowed than the rate gives in that time, one piece of work and the burst.
 */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #nextMs: number;

  constructor(options: TokenBucketOptions) {
    const { perSecond, burstMs } = options;
    invariant(perSecond > 0 && Number.isFinite(perSecond), `a rate of ${perSecond} cannot be held`);
    invariant(burstMs >= 0 && Number.isFinite(burstMs), `a burst of ${burstMs} ms is none`);
    this.#options = options;
    this.#nextMs = options.steadyMs();
  }

  /** The moment (steady milliseconds) from which on work that is asked for now may begin. */
  get nextMs(): number {
    const { steadyMs, burstMs } = this.#options;
    return Math.max(this.#nextMs, steadyMs() - burstMs);
  }

  /** Takes the next moment for `amount` of work: it may begin then, or at once where that has passed. */
  reserve(amount: number): number {
    const atMs = this.nextMs;
    this.#nextMs = atMs + (amount / this.#options.perSecond) * 1000;
    return atMs;
  }
}
