/** Bins in which a variable is compared: fine ones, which figures take several at a time. */
export interface VariableBins {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** With log10, low and high are logarithms of the variable. */
  readonly scale: 'linear' | 'log10';
  /** Whole numbers: each has a bin of its own. */
  readonly whole: boolean;
}

/** Number of fine bins of a variable that is no whole number. */
export const fineBins = 240;
/** Above so many different whole numbers a variable is binned as any other. */
const mostWhole = 64;
/** Share of the values beyond either end of the bins. */
export const beyondEnds = 0.001;
/** A positive variable whose ends are further apart than this is binned in its logarithm. */
const logRatio = 20;

/**
 * Bins for a variable whose values are known by a sample. They depend on nothing but these values: not on what is
 * data and what is simulation.
 * @param values sorted upwards, at least one
 */
export function binsOf(values: Float32Array): VariableBins {
  const last = values.length - 1;
  const isWhole = values.every(Number.isInteger);
  return binsBetween({
    least: values[0]!,
    greatest: values[last]!,
    low: values[Math.floor(beyondEnds * last)]!,
    high: values[Math.ceil((1 - beyondEnds) * last)]!,
    isWhole,
  });
}

export interface Ends {
  readonly least: number;
  readonly greatest: number;
  /** Quantiles of `beyondEnds` and 1 - `beyondEnds`. */
  readonly low: number;
  readonly high: number;
  readonly isWhole: boolean;
}

export function binsBetween({ least, greatest, low, high, isWhole }: Ends): VariableBins {
  if (isWhole && greatest - least < mostWhole) {
    return {
      low: least - 0.5,
      high: greatest + 0.5,
      count: greatest - least + 1,
      scale: 'linear',
      whole: true,
    };
  }
  const isLog = low > 0 && high / low > logRatio;
  const [from, to] = isLog ? [Math.log10(low), Math.log10(high)] : [low, high];
  // The ends are values of the variable: they lie within the bins, not on an edge, where rounding would decide. A
  // constant gets some width too, or it would have no bin.
  const margin = 1e-6 * (to > from ? to - from : Math.max(Math.abs(from), 1));
  return {
    low: from - margin,
    high: to + margin,
    count: fineBins,
    scale: isLog ? 'log10' : 'linear',
    whole: false,
  };
}

/** Places of a variable's counts: below the bins, each bin, above them, and rows where the variable is absent. */
export function placesOf({ count }: VariableBins): number {
  return count + 3;
}

/** The place of rows that have no value: an empty cell of the matrix, mlll of two leptons. */
export function absentPlace({ count }: VariableBins): number {
  return count + 2;
}

/** count + 1 edges, in the variable itself. */
export function edgesOf({ low, high, count, scale }: VariableBins): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, i) => {
    const edge = i === count ? high : low + ((high - low) * i) / count;
    return scale === 'log10' ? 10 ** edge : edge;
  });
}
