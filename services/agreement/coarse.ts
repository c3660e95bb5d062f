import { fineInOne } from './chi2-bins.js';
import { edgesOf, type VariableBins } from './variable-bins.js';

/** Bins as figures draw them, without what lies outside them and without absent values. */
export interface CoarseBins {
  readonly edges: Float64Array;
  /** Adds up places. */
  readonly of: (counts: Float64Array) => Float64Array;
}

export function coarseBins(bins: VariableBins): CoarseBins {
  const step = bins.whole ? 1 : fineInOne;
  const count = Math.ceil(bins.count / step);
  const fine = edgesOf(bins);
  return {
    edges: Float64Array.from({ length: count + 1 }, (_, i) => fine[Math.min(i * step, bins.count)]!),
    of: (counts) => {
      const sums = new Float64Array(count);
      for (let place = 1; place <= bins.count; place++)
        sums[Math.floor((place - 1) / step)]! += counts[place]!;
      return sums;
    },
  };
}
