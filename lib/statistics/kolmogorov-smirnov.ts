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

/** Kolmogorov's distribution above x: scipy.special.kolmogorov. */
function kolmogorovTail(x: number): number {
  if (x < 0.2) return 1;
  if (x < 1.18) {
    const t = Math.exp(-(Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (t + t ** 9 + t ** 25 + t ** 49);
  }
  let sum = 0;
  for (let k = 1; k < 100; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
