import { invariant } from '../base/error.js';
import { type Axis, regularPlace, sameAxis, variablePlace } from './histogram-axis.js';

/** What a range of bins holds. */
export interface Content {
  /** Sum of the signed weights. */
  sum: number;
  /** Sum of the squared weights: the variance of `sum`. */
  square: number;
  /** Number of rows. */
  count: number;
}

/**
 * A weighted histogram with variances: plain data, so that it passes between threads and may be made from sums
 * that somebody else has added up. Arrays have a place for the underflow, each bin and the overflow: bins + 2
 * (see Axis).
 */
export interface Histogram {
  readonly axis: Axis;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly counts: Float64Array;
  /** Rows whose value is NaN, the mark of an absent quantity (mlll of two leptons): in no bin, and not in the overflow. */
  readonly missing: Content;
}

/** Rows to take: by number, or by a mask that is not 0 where a row is taken. Without it, all. */
export type Selection = { readonly rows: Uint32Array } | { readonly mask: Uint8Array };

export function emptyHistogram(axis: Axis): Histogram {
  const places = axis.bins + 2;
  return {
    axis,
    sums: new Float64Array(places),
    squares: new Float64Array(places),
    counts: new Float64Array(places),
    missing: { sum: 0, square: 0, count: 0 },
  };
}

/** A filled histogram of the columns. */
export function histogramOf(
  axis: Axis,
  values: Float32Array | Float64Array,
  weights?: Float64Array,
  selection?: Selection,
): Histogram {
  const histogram = emptyHistogram(axis);
  fillHistogram(histogram, values, weights, selection);
  return histogram;
}

/**
 * Adds rows of columns of equal length; without weights each counts 1. Weights are finite: rows with others have
 * been rejected long before (decisions.md 17).
 */
export function fillHistogram(
  histogram: Histogram,
  values: Float32Array | Float64Array,
  weights?: Float64Array,
  selection?: Selection,
): void {
  invariant(
    weights === undefined || weights.length === values.length,
    `a histogram of ${values.length} values with ${weights?.length} weights`,
  );
  const rows = selection !== undefined && 'rows' in selection ? selection.rows : undefined;
  const mask = selection !== undefined && 'mask' in selection ? selection.mask : undefined;
  invariant(mask === undefined || mask.length === values.length, 'a mask of another length than its values');
  const strange = fillRows(histogram, values, weights, rows, mask);
  invariant(strange === 0, `${strange} rows of a histogram have no finite weight`);
}

/** Returns the number of rows left out since their weight is not finite. */
function fillRows(
  { axis, sums, squares, counts, missing }: Histogram,
  values: Float32Array | Float64Array,
  weights: Float64Array | undefined,
  rows: Uint32Array | undefined,
  mask: Uint8Array | undefined,
): number {
  const { bins, edges } = axis;
  const regular = axis.type === 'regular';
  const low = edges[0]!;
  const high = edges[bins]!;
  const perUnit = bins / (high - low);
  const length = rows === undefined ? values.length : rows.length;
  let strange = 0;
  for (let i = 0; i < length; i++) {
    const row = rows === undefined ? i : rows[i]!;
    if (mask !== undefined && mask[row] === 0) continue;
    const value = values[row]!;
    const weight = weights === undefined ? 1 : weights[row]!;
    // Infinity less itself is NaN.
    if (weight - weight !== 0) {
      strange++;
      continue;
    }
    let place = 0;
    if (value >= high) place = bins + 1;
    else if (value >= low) {
      place = regular ? regularPlace(edges, low, perUnit, bins, value) : variablePlace(edges, bins, value);
    } else if (Number.isNaN(value)) {
      missing.sum += weight;
      missing.square += weight * weight;
      missing.count += 1;
      continue;
    }
    sums[place]! += weight;
    squares[place]! += weight * weight;
    counts[place]! += 1;
  }
  return strange;
}

/** Adds what another histogram of the same edges has seen. */
export function addHistogram(into: Histogram, other: Histogram): void {
  invariant(sameAxis(into.axis, other.axis), 'histograms of different edges cannot be added');
  for (let place = 0; place < into.sums.length; place++) {
    into.sums[place]! += other.sums[place]!;
    into.squares[place]! += other.squares[place]!;
    into.counts[place]! += other.counts[place]!;
  }
  addContent(into.missing, other.missing);
}

/** The sum of histograms of the same edges, at least one. */
export function mergeHistograms(histograms: readonly Histogram[]): Histogram {
  invariant(histograms.length > 0, 'no histogram to merge');
  const merged = emptyHistogram(histograms[0]!.axis);
  for (const histogram of histograms) addHistogram(merged, histogram);
  return merged;
}

/** Every weight times `factor`; counts stay. */
export function scaleHistogram(histogram: Histogram, factor: number): Histogram {
  const { axis, sums, squares, counts, missing } = histogram;
  return {
    axis,
    sums: sums.map((sum) => sum * factor),
    squares: squares.map((square) => square * factor * factor),
    counts: counts.slice(),
    missing: { ...missing, sum: missing.sum * factor, square: missing.square * factor * factor },
  };
}

function addContent(into: Content, other: Content): void {
  into.sum += other.sum;
  into.square += other.square;
  into.count += other.count;
}

/** What the places `from` up to, not including, `to` hold together; without them all, underflow and overflow too. */
export function integral(histogram: Histogram, from = 0, to = histogram.sums.length): Content {
  const content: Content = { sum: 0, square: 0, count: 0 };
  for (let place = from; place < to; place++) {
    content.sum += histogram.sums[place]!;
    content.square += histogram.squares[place]!;
    content.count += histogram.counts[place]!;
  }
  return content;
}

/** The part of an array of places that belongs to the bins, without underflow and overflow. */
export function inside(places: Float64Array): Float64Array {
  return places.subarray(1, places.length - 1);
}
