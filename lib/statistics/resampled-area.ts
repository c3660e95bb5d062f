import type { Order, ResampledSample } from './score-comparison.js';

/** Room for the curves of one group at a time. */
export class CurveScratch {
  readonly background: Float64Array;
  readonly signal: Float64Array;
  readonly #hull: Float64Array;

  constructor(backgroundRows: number, signalRows: number) {
    this.background = new Float64Array(backgroundRows);
    this.signal = new Float64Array(signalRows);
    this.#hull = new Float64Array(Math.max(backgroundRows, signalRows));
  }

  /**
   * Sums of the drawn weight at or above each distinct score of a group, with signed weights made monotone as
   * in TailCurve (lib/statistics/tail-curve.ts; here in sums, not shares). Returns their last, the group's total.
   */
  fill(sums: Float64Array, sample: ResampledSample, { order, starts, points }: Order, group: number): number {
    accumulate(sums, order, starts[group]!, starts[group + 1]!, sample.drawn);
    const count = points[group + 1]! - points[group]!;
    const total = count === 0 ? 0 : sums[count - 1]!;
    if (sample.signed && total > 0) makeMonotone(sums, count, total, this.#hull);
    return total;
  }
}

/** Sums of the drawn weight at or above each distinct score of the rows `from` to `to` of an order. */
export function accumulate(
  sums: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
  drawn: Float64Array,
): void {
  let sum = 0;
  let point = 0;
  for (let i = from; i < to; i++) {
    const packed = order[i]!;
    sum += drawn[packed >>> 1]!;
    // Overwritten until the last event of equal scores; no branch.
    sums[point] = sum;
    point += packed & 1;
  }
}

/** The same sums of the squared weight. */
export function accumulateSquares(
  sums: Float64Array,
  order: Int32Array,
  from: number,
  to: number,
  drawn: Float64Array,
): void {
  let sum = 0;
  let point = 0;
  for (let i = from; i < to; i++) {
    const packed = order[i]!;
    const weight = drawn[packed >>> 1]!;
    sum += weight * weight;
    sums[point] = sum;
    point += packed & 1;
  }
}

function makeMonotone(sums: Float64Array, count: number, total: number, below: Float64Array): void {
  let lowest = total;
  for (let i = count - 1; i >= 0; i--) {
    const sum = sums[i]!;
    const clipped = sum < 0 ? 0 : sum;
    if (clipped < lowest) lowest = clipped;
    below[i] = lowest;
  }
  let highest = 0;
  for (let i = 0; i < count; i++) {
    const sum = sums[i]!;
    const clipped = sum > total ? total : sum;
    if (clipped > highest) highest = clipped;
    sums[i] = (highest + below[i]!) / 2;
  }
}

/**
 * Area under the curve of one group: areaUnderCurve (lib/statistics/roc.ts) from sums and totals above 0.
 * `placed` from `first` on holds the placements of the signal's `count` distinct scores.
 */
export function resampledArea(
  signal: Float64Array,
  signalTotal: number,
  background: Float64Array,
  backgroundTotal: number,
  placed: Int32Array,
  first: number,
  count: number,
): number {
  let sum = 0;
  let y = 0;
  for (let i = 0; i < count; i++) {
    const placement = placed[first + i]!;
    const next = placement >>> 1;
    const above = next === 0 ? 0 : background[next - 1]!;
    const atOrAbove = (placement & 1) === 1 ? background[next]! : above;
    sum += (signal[i]! - y) * (above + atOrAbove);
    y = signal[i]!;
  }
  return Math.min(1, Math.max(0, 1 - sum / (2 * signalTotal * backgroundTotal)));
}
