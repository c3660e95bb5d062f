import { placesOf, type VariableBins } from './variable-bins.js';

/** Sums by place (see placesOf). */
export interface WeightedCounts {
  /** Sums of signed weights at the full luminosity. */
  readonly sums: Float64Array;
  /** Sums of squared weights. */
  readonly squares: Float64Array;
  readonly events: Float64Array;
}

/** Data taken together: a sample and, where it was taken in several runs, one of them. */
export interface DataSource {
  readonly sample: string;
  /** Run number; undefined for the runs that have no counts of their own. */
  readonly run: number | undefined;
}

export type VariableKind = 'kinematic' | 'score' | 'feature';

/** One variable of simulation and data, counted in the same bins. */
export interface VariableCounts {
  readonly name: string;
  readonly kind: VariableKind;
  readonly unit?: string;
  readonly bins: VariableBins;
  /** Names of whole numbers, the lowest bin's first. */
  readonly labels?: readonly string[];
  readonly simulation: WeightedCounts;
  /** Sums of weights of each simulated sample, in the order in which samples were given. */
  readonly bySample: readonly Float64Array[];
  /** Events of each data source, in the order of the sources. */
  readonly data: readonly Float64Array[];
}

export function emptyWeighted(bins: VariableBins): WeightedCounts {
  const places = placesOf(bins);
  return {
    sums: new Float64Array(places),
    squares: new Float64Array(places),
    events: new Float64Array(places),
  };
}

/** Sum of counts of the same bins. */
export function added(parts: readonly Float64Array[], places: number): Float64Array {
  const sum = new Float64Array(places);
  for (const part of parts) for (let place = 0; place < places; place++) sum[place]! += part[place]!;
  return sum;
}

export function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
