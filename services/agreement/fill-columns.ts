import type { PatternRows } from '../../lib/physics/patterns.js';
import type { VariableBins } from './variable-bins.js';
import { placesOf } from './variable-bins.js';

/** Where the values of each feature column are counted: all columns after each other in one array. */
export interface ColumnPlaces {
  /** Places of all columns together. */
  readonly places: number;
  /** First place of each column; -1 for one that is not counted. */
  readonly base: Int32Array;
  readonly low: Float64Array;
  readonly perUnit: Float64Array;
  readonly bins: Int32Array;
  /** 1 where the logarithm is binned. */
  readonly isLog: Uint8Array;
}

/** @param bins by column; undefined for one that is not counted */
export function columnPlaces(bins: readonly (VariableBins | undefined)[]): ColumnPlaces {
  const columns = bins.length;
  const base = new Int32Array(columns).fill(-1);
  const low = new Float64Array(columns);
  const perUnit = new Float64Array(columns);
  const counts = new Int32Array(columns);
  const isLog = new Uint8Array(columns);
  let places = 0;
  for (const [column, one] of bins.entries()) {
    if (one === undefined) continue;
    base[column] = places;
    places += placesOf(one);
    low[column] = one.low;
    perUnit[column] = one.count / (one.high - one.low);
    counts[column] = one.count;
    isLog[column] = one.scale === 'log10' ? 1 : 0;
  }
  return { places, base, low, perUnit, bins: counts, isLog };
}

/** Counts of weighted rows; each array has all `places`. */
export interface WeightedSums {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
  readonly events: Float64Array;
  /** Sums of the sample that the rows are of. */
  readonly ofSample: Float64Array;
}

/** Adds rows `taken[0..count)` of simulation; absent values are left to whoever knows the totals. */
export function fillWeighted(
  where: ColumnPlaces,
  rows: PatternRows,
  taken: Int32Array,
  count: number,
  weights: Float64Array,
  into: WeightedSums,
): void {
  const { base, low, perUnit, bins, isLog } = where;
  const { pattern, patterns, offsets, values } = rows;
  const { sums, squares, events, ofSample } = into;
  for (let index = 0; index < count; index++) {
    const row = taken[index]!;
    const columns = patterns[pattern[row]!]!;
    const offset = offsets[row]!;
    const weight = weights[index]!;
    const square = weight * weight;
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      const first = base[column]!;
      if (first < 0) continue;
      const value = isLog[column] === 1 ? Math.log10(values[offset + k]!) : values[offset + k]!;
      const distance = (value - low[column]!) * perUnit[column]!;
      // NaN, the logarithm of a negative number, is below every bin too.
      const place = first + (distance >= 0 ? (Math.min(distance, bins[column]!) | 0) + 1 : 0);
      sums[place]! += weight;
      squares[place]! += square;
      events[place]! += 1;
      ofSample[place]! += weight;
    }
  }
}

/** Adds rows `taken[0..count)` of data, row k to counts[source[k]]. */
export function fillCounts(
  where: ColumnPlaces,
  rows: PatternRows,
  taken: Int32Array,
  count: number,
  source: Int32Array,
  counts: readonly Float64Array[],
): void {
  const { base, low, perUnit, bins, isLog } = where;
  const { pattern, patterns, offsets, values } = rows;
  for (let index = 0; index < count; index++) {
    const row = taken[index]!;
    const columns = patterns[pattern[row]!]!;
    const offset = offsets[row]!;
    const into = counts[source[index]!]!;
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      const first = base[column]!;
      if (first < 0) continue;
      const value = isLog[column] === 1 ? Math.log10(values[offset + k]!) : values[offset + k]!;
      const distance = (value - low[column]!) * perUnit[column]!;
      into[first + (distance >= 0 ? (Math.min(distance, bins[column]!) | 0) + 1 : 0)]! += 1;
    }
  }
}
