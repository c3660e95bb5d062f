import { RmmError } from '../base/error.js';

/** How an event's weight enters the loss: its absolute value, not at all, or clipped at 0. */
export type SampleWeights = 'abs' | 'none' | 'clip';

export function sampleWeight(weight: number, mode: SampleWeights): number {
  if (mode === 'none') return 1;
  if (mode === 'abs') return Math.abs(weight);
  return weight > 0 ? weight : 0;
}

/** Sum of the sample weights of a bucket, in row order. */
export function sumSampleWeights(weights: Float64Array | Float32Array, mode: SampleWeights): number {
  let sum = 0;
  for (let row = 0; row < weights.length; row++) sum += sampleWeight(weights[row]!, mode);
  return sum;
}

/**
 * What sample weights are multiplied with to have mean 1 over `rows` rows.
 * @throws RmmError `training_rows_unusable` where there are no rows or all weights are 0
 */
export function weightScale(rows: number, weightSum: number, what: string): number {
  if (rows > 0 && weightSum > 0 && Number.isFinite(weightSum)) return rows / weightSum;
  throw new RmmError(
    'training_rows_unusable',
    `${what} has ${rows} rows and a sum of sample weights of ${weightSum}; expected at least one row and a positive sum`,
    { context: { rows, weight_sum: weightSum } },
  );
}
