import { binOf, type EnergyBins } from './energy-bins.js';
import { isDefined } from './measured.js';
import { descendingOrder } from './order.js';

/** Events with all their scores: arrays of equal length. */
export interface ComparedEvents {
  /** Signed weights. */
  readonly weights: Float64Array;
  /** H_T + met in GeV. */
  readonly energy: Float32Array;
  readonly scores: readonly Float32Array[];
}

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
interface Ranking extends Order {
  /** Distinct scores, falling in each group. */
  readonly thresholds: Float32Array;
}

/** A ranking without its scores. */
export interface Order {
  /** 2 x place of the event, by falling score in each group; + 1 at the last event of equal scores. */
  readonly order: Int32Array;
  /** First row of each group in `order`, and their end. */
  readonly starts: Uint32Array;
  /** Number of distinct scores before each group, and of all. */
  readonly points: Uint32Array;
}

/** Two rankings from one sort: by bin, and of all events together. Undefined where a score is NaN. */
function rankings(
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
function placements(signal: Ranking, background: Ranking): Int32Array {
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

/** One score of the background and of every signal, in order, for one way of grouping the events. */
export interface Comparison {
  readonly background: Order;
  /** Undefined for a signal that has NaN among its scores. */
  readonly signals: readonly ({ readonly order: Order; readonly placed: Int32Array } | undefined)[];
}

/** All that is the same in every replica. */
export interface Comparisons {
  readonly background: ResampledSample;
  readonly signals: readonly ResampledSample[];
  /** By score: within bins and of all events; undefined where the background has NaN among its scores. */
  readonly scores: readonly ({ readonly within: Comparison; readonly all: Comparison } | undefined)[];
}

/** Sorts every score once. Without bins everything is in one. */
export function comparisons(
  background: ComparedEvents,
  signals: readonly ComparedEvents[],
  bins: EnergyBins | { readonly notDefined: string },
): Comparisons {
  const used = isDefined(bins) ? bins : { edges: new Float64Array(0), count: 1 };
  const sample = ({ weights, energy }: ComparedEvents) =>
    new ResampledSample(weights, binOf(used, energy), used.count);
  const resampled = { background: sample(background), signals: signals.map(sample) };
  const scores = background.scores.map((values, score) => {
    const below = rankings(resampled.background, values);
    if (below === undefined) return undefined;
    const above = signals.map((events, i) => rankings(resampled.signals[i]!, events.scores[score]!));
    return {
      within: comparison(
        below.byBin,
        above.map((both) => both?.byBin),
      ),
      all: comparison(
        below.all,
        above.map((both) => both?.all),
      ),
    };
  });
  return { ...resampled, scores };
}

function comparison(background: Ranking, signals: readonly (Ranking | undefined)[]): Comparison {
  return {
    background: orderOf(background),
    signals: signals.map((ranking) =>
      ranking === undefined
        ? undefined
        : { order: orderOf(ranking), placed: placements(ranking, background) },
    ),
  };
}

function orderOf({ order, starts, points }: Ranking): Order {
  return { order, starts, points };
}
