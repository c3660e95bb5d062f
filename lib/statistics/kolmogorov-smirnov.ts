import { kolmogorovTail } from './distributions.js';
import { effectiveEvents } from './weighted.js';

/** Sums of weights and of squared weights by bin. */
export interface Counted {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The largest distance of two cumulated shares over the same bins, and its p-value by Kolmogorov's distribution with
 * the effective events of both. Bins make the distance smaller and the p-value larger, never the other way. Both must
 * be independent, with positive sums.
 */
export function kolmogorovSmirnov(a: Counted, b: Counted): { distance: number; p: number } {
  const eventsOf = ({ sums, squares }: Counted) => effectiveEvents(total(sums), total(squares));
  const [ofA, ofB] = [eventsOf(a), eventsOf(b)];
  const distance = shareDistance(a.sums, b.sums);
  return { distance, p: kolmogorovTail(Math.sqrt((ofA * ofB) / (ofA + ofB)) * distance) };
}

/** The largest distance of two cumulated shares. */
export function shareDistance(a: Float64Array, b: Float64Array): number {
  const [totalA, totalB] = [total(a), total(b)];
  let shareA = 0;
  let shareB = 0;
  let distance = 0;
  for (let bin = 0; bin < a.length; bin++) {
    shareA += a[bin]! / totalA;
    shareB += b[bin]! / totalB;
    distance = Math.max(distance, Math.abs(shareA - shareB));
  }
  return distance;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
