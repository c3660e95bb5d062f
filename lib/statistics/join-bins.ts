import type { Histogram } from './histogram.js';
import { effectiveEvents } from './weighted.js';

/** Two histograms of the same edges, brought to bins that both fill. */
export interface JoinedBins {
  /** First place of each joined bin; it ends where the next begins, the last at `end`. */
  readonly starts: readonly number[];
  readonly end: number;
}

/**
 * Neighbouring places joined, from the top down, until each joined bin has the least effective events,
 * (sum w)^2 / sum w^2, with a positive sum in both; a rest at the bottom joins the lowest bin. Without any such bin
 * everything is one. A minimum of 0 joins nothing.
 */
export function joinLowBins(
  first: Histogram,
  second: Histogram,
  minimumEvents: number,
  flow: boolean,
): JoinedBins {
  const lowest = flow ? 0 : 1;
  const end = first.axis.bins + (flow ? 2 : 1);
  const starts: number[] = [];
  let [sum1, square1, sum2, square2] = [0, 0, 0, 0];
  const full = (sum: number, square: number) =>
    minimumEvents === 0 || (sum > 0 && effectiveEvents(sum, square) >= minimumEvents);
  for (let place = end - 1; place >= lowest; place--) {
    sum1 += first.sums[place]!;
    square1 += first.squares[place]!;
    sum2 += second.sums[place]!;
    square2 += second.squares[place]!;
    if (!full(sum1, square1) || !full(sum2, square2)) continue;
    starts.push(place);
    [sum1, square1, sum2, square2] = [0, 0, 0, 0];
  }
  if (starts.length === 0) starts.push(lowest);
  starts[starts.length - 1] = lowest;
  return { starts: starts.reverse(), end };
}
