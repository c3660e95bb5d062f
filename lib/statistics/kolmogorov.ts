import { invariant } from '../base/error.js';
import { kolmogorovTail } from './distributions.js';
import { type Histogram, integral } from './histogram.js';
import { sameAxis } from './histogram-axis.js';
import { notDefined } from './measured.js';
import { descendingOrder } from './order.js';
import { effectiveEvents, valuesProblem } from './weighted.js';

export interface KolmogorovTest {
  /** Largest difference of the two shares of weight below a value. */
  readonly distance: number;
  /** P(distance or more) where both are drawn from one distribution, see kolmogorovTest. */
  readonly p: number;
}

export type KolmogorovResult = KolmogorovTest | { readonly notDefined: string };

/** Values and signed weights of equal length. */
export interface WeightedSample {
  readonly values: Float32Array;
  readonly weights: Float64Array;
}

/**
 * Kolmogorov-Smirnov test of two weighted samples, unbinned. The distance is that of the weighted shares (signed
 * weights as they are; for unit weights scipy.stats.ks_2samp's). The p-value is Kolmogorov's limit for
 * sqrt(n1 n2 / (n1 + n2)) x distance, each n the effective number (sum w)^2 / sum w^2 (A. Monahan, Numerical Methods
 * of Statistics, 2001; ROOT's TMath::KolmogorovTest): for small samples it is somewhat too large.
 */
export function kolmogorovTest(first: WeightedSample, second: WeightedSample): KolmogorovResult {
  const problem = sampleProblem('first', first) ?? sampleProblem('second', second);
  if (problem !== undefined) return notDefined(problem);
  const total1 = totals(first.weights);
  const total2 = totals(second.weights);
  if (!(total1.sum > 0 && total2.sum > 0)) return notPositive(total1.sum, total2.sum);
  const order1 = descendingOrder(first.values);
  const order2 = descendingOrder(second.values);
  return withP(largestGap(first, order1, total1.sum, second, order2, total2.sum), total1, total2);
}

/** Walks both samples from the highest value down and compares after each distinct value. */
function largestGap(
  first: WeightedSample,
  order1: Uint32Array,
  total1: number,
  second: WeightedSample,
  order2: Uint32Array,
  total2: number,
): number {
  let [i, j] = [0, 0];
  let [sum1, sum2] = [0, 0];
  let largest = 0;
  // After one sample's end the gap only closes with unsigned weights, but not with signed ones.
  while (i < order1.length || j < order2.length) {
    const value1 = i < order1.length ? first.values[order1[i]!]! : Number.NEGATIVE_INFINITY;
    const value2 = j < order2.length ? second.values[order2[j]!]! : Number.NEGATIVE_INFINITY;
    const value = value1 > value2 ? value1 : value2;
    while (i < order1.length && first.values[order1[i]!] === value) sum1 += first.weights[order1[i++]!]!;
    while (j < order2.length && second.values[order2[j]!] === value) sum2 += second.weights[order2[j++]!]!;
    if (i === order1.length && j === order2.length) break;
    const gap = Math.abs(sum1 / total1 - sum2 / total2);
    if (gap > largest) largest = gap;
  }
  return largest;
}

/**
 * The same between histograms of the same edges, compared at the edges, underflow and overflow included. The
 * distance is at most the unbinned one, so p is an upper limit, close where bins are narrower than the resolution.
 */
export function binnedKolmogorovTest(first: Histogram, second: Histogram): KolmogorovResult {
  invariant(sameAxis(first.axis, second.axis), 'histograms of different edges cannot be compared');
  const total1 = integral(first);
  const total2 = integral(second);
  if (!(total1.sum > 0 && total2.sum > 0)) return notPositive(total1.sum, total2.sum);
  return kolmogorovSmirnov(first, second);
}

/** Sums of weights and of squared weights by bin. */
export interface Counted {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** The same over any bins, which both have. The two must be independent, with positive sums. */
export function kolmogorovSmirnov(first: Counted, second: Counted): KolmogorovTest {
  const totalsOf = ({ sums, squares }: Counted) => ({ sum: total(sums), square: total(squares) });
  return withP(shareDistance(first.sums, second.sums), totalsOf(first), totalsOf(second));
}

/** The largest distance of two cumulated shares over the same bins. */
export function shareDistance(first: Float64Array, second: Float64Array): number {
  const [total1, total2] = [total(first), total(second)];
  let [sum1, sum2, largest] = [0, 0, 0];
  for (let bin = 0; bin < first.length; bin++) {
    sum1 += first[bin]!;
    sum2 += second[bin]!;
    largest = Math.max(largest, Math.abs(sum1 / total1 - sum2 / total2));
  }
  return largest;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

interface Totals {
  readonly sum: number;
  readonly square: number;
}

function withP(distance: number, total1: Totals, total2: Totals): KolmogorovTest {
  const n1 = effectiveEvents(total1.sum, total1.square);
  const n2 = effectiveEvents(total2.sum, total2.square);
  return { distance, p: kolmogorovTail(Math.sqrt((n1 * n2) / (n1 + n2)) * distance) };
}

function totals(weights: Float64Array): Totals {
  let sum = 0;
  let square = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    square += weights[i]! * weights[i]!;
  }
  return { sum, square };
}

function sampleProblem(name: string, { values, weights }: WeightedSample): string | undefined {
  const problem = valuesProblem(values, weights);
  return problem === undefined ? undefined : `${name} sample: ${problem}`;
}

function notPositive(sum1: number, sum2: number): { readonly notDefined: string } {
  return notDefined(`the weights add up to ${sum1} and ${sum2}, which are not both positive`);
}
