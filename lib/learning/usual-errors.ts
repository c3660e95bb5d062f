import type { Trainer } from './backend.js';
import type { BatchSource } from './batches.js';
import { median } from './scaler.js';

/** Weighted squared errors of each trained column, added up over any number of buckets. */
export interface ColumnErrors {
  readonly sums: Float64Array;
  weight: number;
}

export function createColumnErrors(width: number): ColumnErrors {
  return { sums: new Float64Array(width), weight: 0 };
}

/**
 * Adds the rows of a source, in order, with the trainer's parameters as they are. Within a batch the backend
 * sums in float32, over batches the sum is float64; the order is fixed, so the bits are too.
 * @param weight sum of the weights that the source gives its rows
 */
export async function addColumnErrors(
  trainer: Trainer,
  source: BatchSource,
  weight: number,
  into: ColumnErrors,
): Promise<void> {
  for await (const { x, weights } of source.batches(undefined, 0))
    await trainer.addColumnErrors(x, weights, into.sums);
  into.weight += weight;
}

/** Weighted mean squared error of each trained column: what `error_normalised` divides by. */
export function usualErrors(errors: ColumnErrors): Float64Array {
  return errors.sums.map((sum) => (errors.weight > 0 ? sum / errors.weight : 0));
}

/** A usual error is never taken below this share of the median over the trained columns. */
export const usualErrorFloor = 1e-3;

/**
 * 1 / max(usual, floor), as the scorers take it.
 * @param floorFraction share of the median over the trained columns below which no usual error is taken
 */
export function inverseUsualErrors(usual: Float64Array, floorFraction = usualErrorFloor): Float32Array {
  // Where more than half of the columns are reproduced exactly the median is 0; 1e-30 keeps the inverse finite.
  const floor = Math.max(floorFraction * (median([...usual]) ?? 0), 1e-30);
  return Float32Array.from(usual, (value) => 1 / Math.max(value, floor));
}
