import { invariant } from '../../../lib/base/error.js';

/**
 * Bins over a range that is not known beforehand: bin k is [k w, (k + 1) w) with w a power of two. Where more than
 * `most` bins would be needed w doubles, and pairs of bins become one: no value moves to another side of an edge.
 */
export class GrowingBins {
  readonly #most: number;
  /** w = 2^exponent. */
  #exponent: number;
  #first = 0;
  #bins = 0;

  /** @param most at least 2 @param exponent of the finest width */
  constructor(most: number, exponent: number) {
    invariant(Number.isInteger(most) && most >= 2, `at most ${most} bins`);
    this.#most = most;
    this.#exponent = exponent;
  }

  get width(): number {
    return 2 ** this.#exponent;
  }

  /** Number of the first bin; of no meaning while there are none. */
  get first(): number {
    return this.#first;
  }

  get bins(): number {
    return this.#bins;
  }

  /** Place of a finite value among the bins; after `cover` it is one of them. */
  placeOf(value: number): number {
    return Math.floor(value / this.width) - this.#first;
  }

  /**
   * Makes room for values from `low` to `high`, both finite.
   * @returns how what is counted so far has to be laid out anew; undefined where it can stay
   */
  cover(low: number, high: number): Relayout | undefined {
    invariant(Number.isFinite(low) && Number.isFinite(high) && low <= high, `bins from ${low} to ${high}`);
    const before = { first: this.#first, bins: this.#bins };
    let doublings = 0;
    let [first, last] = this.#span(before, low, high, doublings);
    while (last - first + 1 > this.#most) {
      doublings += 1;
      [first, last] = this.#span(before, low, high, doublings);
    }
    this.#exponent += doublings;
    this.#first = first;
    this.#bins = last - first + 1;
    if (doublings === 0 && first === before.first && this.#bins === before.bins) return undefined;
    return { before, doublings, first, bins: this.#bins };
  }

  /** First and last bin that hold the old ones and the new range, with w doubled so often. */
  #span(
    before: { first: number; bins: number },
    low: number,
    high: number,
    doublings: number,
  ): [number, number] {
    const width = 2 ** (this.#exponent + doublings);
    let first = Math.floor(low / width);
    let last = Math.floor(high / width);
    if (before.bins > 0) {
      first = Math.min(first, Math.floor(before.first / 2 ** doublings));
      last = Math.max(last, Math.floor((before.first + before.bins - 1) / 2 ** doublings));
    }
    return [first, last];
  }
}

/** From which bins to which. */
export interface Relayout {
  readonly before: { readonly first: number; readonly bins: number };
  /** How often two bins became one. */
  readonly doublings: number;
  readonly first: number;
  readonly bins: number;
}

/** Old bin -> place among the new ones. */
export function movedTo({ before, doublings, first }: Relayout, place: number): number {
  return Math.floor((before.first + place) / 2 ** doublings) - first;
}
