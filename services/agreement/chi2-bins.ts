import { absentPlace, placesOf, type VariableBins } from './variable-bins.js';

/** Fine bins that make one bin of a figure, and of a chi2 before bins with few events are joined. */
export const fineInOne = 6;
/** A bin of the chi2 has at least so many effective events of the reference, so that its error is known. */
const leastEffective = 10;
/** And at least so many expected events of the data, so that their distribution is near a normal one. */
const leastExpected = 5;

/** What is compared with: sums of weights and of squared weights by place. */
export interface Reference {
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Number of the chi2 bin of each place, and how many there are. Bins with few events are joined with the next one,
 * the last with the one before; what decides is the reference and the number of the data alone, never how the data
 * are spread. Rows without a value are a bin of their own, or a part of the last one.
 */
export function chi2Bins(
  bins: VariableBins,
  { sums, squares }: Reference,
  dataEvents: number,
): { readonly ofPlace: Int32Array; readonly count: number } {
  const ofPlace = new Int32Array(placesOf(bins));
  const perEvent = dataEvents / sums.reduce((sum, weight) => sum + weight, 0);
  const step = bins.whole ? 1 : fineInOne;
  let count = 0;
  let sum = 0;
  let square = 0;
  for (let place = 0; place < ofPlace.length; place++) {
    ofPlace[place] = count;
    sum += sums[place]!;
    square += squares[place]!;
    const isInside = place >= 1 && place <= bins.count;
    if (isInside && place % step !== 0 && place !== bins.count) continue;
    if (sum > 0 && sum * sum >= leastEffective * square && sum * perEvent >= leastExpected) {
      count++;
      sum = 0;
      square = 0;
    }
  }
  // What is left over at the end, however little.
  const last = Math.max(0, count - 1);
  for (let place = 0; place < ofPlace.length; place++) ofPlace[place] = Math.min(ofPlace[place]!, last);
  return { ofPlace, count: last + 1 };
}

/** Counts by chi2 bin. */
export function joined(counts: Float64Array, ofPlace: Int32Array, count: number): Float64Array {
  const sum = new Float64Array(count);
  for (let place = 0; place < counts.length; place++) sum[ofPlace[place]!]! += counts[place]!;
  return sum;
}

/** The places of rows that have a value. */
export function present(counts: Float64Array, bins: VariableBins): Float64Array {
  return counts.subarray(0, absentPlace(bins));
}
