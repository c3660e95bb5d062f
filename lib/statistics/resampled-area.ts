import { descendingOrder } from './order.js';

/** Events of one sample, and what one replica weighs them with. */
export class ResampledSample {
  readonly rows: number;
  /** Whether a weight is negative, so that a curve may have to be made monotone. */
  readonly signed: boolean;
  /** Bin of each event, in the order given. */
  readonly bins: Uint16Array;
  readonly binCount: number;
  /** Place of each event in `drawn`: bin after bin, so that the events of a bin lie close together. */
  readonly places: Uint32Array;
  /** weight x count of the present replica, by place. */
  readonly drawn: Float64Array;
  readonly #weights: Float64Array;

  constructor(weights: Float64Array, bins: Uint16Array, binCount: number) {
    this.rows = weights.length;
    this.bins = bins;
    this.binCount = binCount;
    this.signed = weights.some((weight) => weight < 0);
    this.#weights = weights;
    this.drawn = new Float64Array(this.rows);
    this.places = new Uint32Array(this.rows);
    const next = groupStarts(bins, binCount);
    for (let i = 0; i < this.rows; i++) this.places[i] = next[bins[i]!]!++;
  }

  /** Weighs each event `counts[event]` times; the sum of the signed weights. */
  draw(counts: Uint8Array): number {
    let total = 0;
    for (let i = 0; i < this.rows; i++) {
      const weight = this.#weights[i]! * counts[i]!;
      this.drawn[this.places[i]!] = weight;
      total += weight;
    }
    return total;
  }
}

/** First row of each bin, and the number of rows after the last, when rows are grouped by bin. */
function groupStarts(bins: Uint16Array, binCount: number): Uint32Array {
  const starts = new Uint32Array(binCount + 1);
  for (let i = 0; i < bins.length; i++) starts[bins[i]! + 1]!++;
  for (let bin = 0; bin < binCount; bin++) starts[bin + 1]! += starts[bin]!;
  return starts;
}

/** The order of a sample's events by one score, bin after bin or all together; made once for all replicas. */
export interface Ranking {
  /** 2 x place of the event, by falling score in each group; + 1 at the last event of equal scores. */
  readonly order: Int32Array;
  /** First row of each group in `order`, and their end. */
  readonly starts: Uint32Array;
  /** First of each group's distinct scores in `thresholds`, and their end. */
  readonly points: Uint32Array;
  /** Distinct scores, falling in each group. */
  readonly thresholds: Float32Array;
}

/** Two rankings from one sort: by bin, and of all events together. Undefined where a score is NaN. */
export function rankings(
  sample: ResampledSample,
  scores: Float32Array,
): { readonly byBin: Ranking; readonly all: Ranking } | undefined {
  for (let i = 0; i < scores.length; i++) if (Number.isNaN(scores[i]!)) return undefined;
  const order = descendingOrder(scores);
  const starts = groupStarts(sample.bins, sample.binCount);
  const grouped = new Uint32Array(order.length);
  const next = starts.slice();
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    grouped[next[sample.bins[row]!]!++] = row;
  }
  return {
    byBin: ranking(sample, scores, grouped, starts),
    all: ranking(sample, scores, order, Uint32Array.of(0, order.length)),
  };
}

function ranking(
  { places }: ResampledSample,
  scores: Float32Array,
  rows: Uint32Array,
  starts: Uint32Array,
): Ranking {
  const order = new Int32Array(rows.length);
  const thresholds = new Float32Array(rows.length);
  const points = new Uint32Array(starts.length);
  let point = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    points[group] = point;
    const end = starts[group + 1]!;
    for (let i = starts[group]!; i < end; i++) {
      const score = scores[rows[i]!]!;
      const last = i + 1 === end || scores[rows[i + 1]!]! !== score;
      order[i] = (places[rows[i]!]! << 1) | (last ? 1 : 0);
      if (last) thresholds[point++] = score;
    }
  }
  points[starts.length - 1] = point;
  return { order, starts, points, thresholds: thresholds.slice(0, point) };
}

/**
 * For each distinct score of the signal: 2 x the number of distinct background scores of its group above it, + 1
 * where one is equal.
 */
export function placements(signal: Ranking, background: Ranking): Int32Array {
  const found = new Int32Array(signal.thresholds.length);
  for (let group = 0; group + 1 < signal.points.length; group++) {
    const first = background.points[group]!;
    const end = background.points[group + 1]!;
    let at = first;
    for (let i = signal.points[group]!; i < signal.points[group + 1]!; i++) {
      const threshold = signal.thresholds[i]!;
      while (at < end && background.thresholds[at]! > threshold) at++;
      const level = at < end && background.thresholds[at] === threshold;
      found[i] = ((at - first) << 1) | (level ? 1 : 0);
    }
  }
  return found;
}

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
  fill(
    sums: Float64Array,
    sample: ResampledSample,
    { order, starts, points }: Omit<Ranking, 'thresholds'>,
    group: number,
  ): number {
    accumulate(sums, order, starts[group]!, starts[group + 1]!, sample.drawn);
    const count = points[group + 1]! - points[group]!;
    const total = count === 0 ? 0 : sums[count - 1]!;
    if (sample.signed && total > 0) makeMonotone(sums, count, total, this.#hull);
    return total;
  }
}

function accumulate(
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
