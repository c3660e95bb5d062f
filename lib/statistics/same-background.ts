import { invariant } from '../base/error.js';
import type { Histogram } from './histogram.js';
import { sameAxis } from './histogram-axis.js';
import { notDefined } from './measured.js';

/** What a cut keeps: sums of weights above a threshold. */
export interface Kept {
  /** Linear between the edges where the cut falls into a bin. */
  readonly threshold: number;
  readonly signal: number;
  readonly background: number;
  /** Sum of the background's squared weights. */
  readonly backgroundSquare: number;
}

/**
 * A cut on a quantity, everything above a threshold, looked up by the background that it keeps: what a simple cut has
 * to be compared with where another selection keeps so much. Underflow is never kept.
 *
 * Within a bin, signal and background are taken to be spread alike. With negative weights the background above a
 * threshold need not grow as the threshold falls: the highest threshold that keeps as much is taken.
 */
export class SameBackground {
  readonly #edges: Float64Array;
  /** By number of places from the top; 0 is nothing. */
  readonly #signal: Float64Array;
  readonly #background: Float64Array;
  readonly #square: Float64Array;
  readonly #most: Float64Array;

  constructor(signal: Histogram, background: Histogram) {
    invariant(sameAxis(signal.axis, background.axis), 'histograms of different edges cannot be compared');
    const { bins, edges } = signal.axis;
    this.#edges = edges;
    this.#signal = fromTop(signal.sums, bins);
    this.#background = fromTop(background.sums, bins);
    this.#square = fromTop(background.squares, bins);
    let most = 0;
    this.#most = this.#background.map((sum) => {
      most = Math.max(most, sum);
      return most;
    });
  }

  /** The cut that keeps a sum of background weights above 0. */
  at(wanted: number): Kept | { readonly notDefined: string } {
    if (!(wanted > 0)) return notDefined(`a background of ${wanted} events is not above 0`);
    const most = this.#most[this.#most.length - 1]!;
    if (most < wanted)
      return notDefined(
        `no cut keeps ${wanted.toPrecision(4)} events of background, ${most.toPrecision(4)} at most`,
      );
    let low = 1;
    let high = this.#most.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#most[middle]! >= wanted) high = middle;
      else low = middle + 1;
    }
    const before = this.#background[low - 1]!;
    const part = (wanted - before) / (this.#background[low]! - before);
    const between = (sums: Float64Array) => sums[low - 1]! + part * (sums[low]! - sums[low - 1]!);
    const { length } = this.#edges;
    const lowerEdge = this.#edges[length - low]!;
    // The overflow has no upper edge.
    const upperEdge = low === 1 ? lowerEdge : this.#edges[length - low + 1]!;
    return {
      threshold: upperEdge - part * (upperEdge - lowerEdge),
      signal: between(this.#signal),
      background: wanted,
      backgroundSquare: between(this.#square),
    };
  }
}

function fromTop(places: Float64Array, bins: number): Float64Array {
  const sums = new Float64Array(bins + 2);
  for (let k = 1; k <= bins + 1; k++) sums[k] = sums[k - 1]! + places[bins + 2 - k]!;
  return sums;
}
