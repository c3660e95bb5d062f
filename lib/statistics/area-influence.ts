import { accumulate } from './resampled-area.js';
import type { Order, ResampledSample } from './score-comparison.js';

/**
 * One side of an area under the curve, group by group: its curve, and by how much the area changes as the weight
 * of each event changes. Monotone curves (lib/statistics/tail-curve.ts) are followed to the two points whose sums
 * make them at each place; a sum that is clipped changes nothing.
 */
export class InfluenceSide {
  /** Monotone sums of the weight at or above each distinct score. */
  readonly sums: Float64Array;
  /** Change of the area per relative change of an event's weight, by place in the group. */
  readonly influence: Float64Array;
  /** Sum of the group's signed weights, and number of its distinct scores and events. */
  total = 0;
  count = 0;
  rows = 0;
  readonly #raw: Float64Array;
  /** Change of the area per change of the share at each distinct score. */
  readonly #slopes: Float64Array;
  /** Points that make the running maximum and minimum, -1 where it is clipped. */
  readonly #highest: Int32Array;
  readonly #lowest: Int32Array;
  #signed = false;

  constructor(rows: number) {
    this.sums = new Float64Array(rows);
    this.influence = new Float64Array(rows);
    this.#raw = new Float64Array(rows);
    this.#slopes = new Float64Array(rows);
    this.#highest = new Int32Array(rows);
    this.#lowest = new Int32Array(rows);
  }

  /** Makes the curve of a group. */
  fill(sample: ResampledSample, { order, starts, points }: Order, group: number): void {
    const raw = this.#raw;
    accumulate(raw, order, starts[group]!, starts[group + 1]!, sample.drawn);
    this.rows = starts[group + 1]! - starts[group]!;
    this.count = points[group + 1]! - points[group]!;
    this.total = this.count === 0 ? 0 : raw[this.count - 1]!;
    this.#signed = sample.signed;
    if (!sample.signed) this.sums.set(raw.subarray(0, this.count));
    else if (this.total > 0) this.#makeMonotone();
  }

  #makeMonotone(): void {
    const { sums, total, count } = this;
    const raw = this.#raw;
    let lowest = total;
    let at = -1;
    for (let i = count - 1; i >= 0; i--) {
      if (raw[i]! < lowest) {
        lowest = Math.max(0, raw[i]!);
        at = raw[i]! > 0 ? i : -1;
      }
      sums[i] = lowest;
      this.#lowest[i] = at;
    }
    let highest = 0;
    at = -1;
    for (let i = 0; i < count; i++) {
      if (raw[i]! > highest) {
        highest = Math.min(total, raw[i]!);
        at = raw[i]! < total ? i : -1;
      }
      sums[i] = (highest + sums[i]!) / 2;
      this.#highest[i] = at;
    }
  }

  /** Forgets the slopes of another signal. */
  clear(): void {
    this.#slopes.fill(0, 0, this.count);
  }

  /** The area changes by `slope` times the change of the curve's share at `point`. */
  addSlope(point: number, slope: number): void {
    if (!this.#signed) {
      this.#slopes[point]! += slope;
      return;
    }
    const highest = this.#highest[point]!;
    const lowest = this.#lowest[point]!;
    if (highest >= 0) this.#slopes[highest]! += slope / 2;
    if (lowest >= 0) this.#slopes[lowest]! += slope / 2;
  }

  /** A share s(t) = (sum of w above t) / (sum of w) changes by w (1 or 0 - s(t)) / (sum of w). */
  spread(sample: ResampledSample, { order, starts }: Order, group: number): void {
    const slopes = this.#slopes;
    const raw = this.#raw;
    const { influence } = this;
    const { drawn } = sample;
    const inverse = 1 / this.total;
    let below = 0;
    let mean = 0;
    for (let i = this.count - 1; i >= 0; i--) {
      const slope = slopes[i]!;
      mean += slope * raw[i]!;
      below += slope;
      slopes[i] = below;
    }
    mean *= inverse;
    const from = starts[group]!;
    const to = starts[group + 1]!;
    let point = 0;
    for (let i = from; i < to; i++) {
      const packed = order[i]!;
      const place = packed >>> 1;
      influence[place - from] = drawn[place]! * inverse * (slopes[point]! - mean);
      point += packed & 1;
    }
  }
}

/** The area of two filled sides (as resampledArea makes it), and its slopes added to both. */
export function areaWithSlopes(
  signal: InfluenceSide,
  background: InfluenceSide,
  placed: Int32Array,
  first: number,
): number {
  signal.clear();
  background.clear();
  let lost = 0;
  let y = 0;
  for (let i = 0; i < signal.count; i++) {
    const placement = placed[first + i]!;
    const next = placement >>> 1;
    const level = (placement & 1) === 1;
    const above = next === 0 ? 0 : background.sums[next - 1]!;
    const x = (above + (level ? background.sums[next]! : above)) / (2 * background.total);
    const share = signal.sums[i]! / signal.total;
    const step = share - y;
    y = share;
    lost += step * x;
    signal.addSlope(i, -x);
    if (i > 0) signal.addSlope(i - 1, x);
    if (next > 0) background.addSlope(next - 1, level ? -step / 2 : -step);
    if (level) background.addSlope(next, -step / 2);
  }
  return Math.min(1, Math.max(0, 1 - lost));
}
