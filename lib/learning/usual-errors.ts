import type { Trainer } from './backend.js';
import { createBatch, forEachBatch, type TrainingBucket } from './batches.js';
import type { ExpansionPlan } from './expansion-plan.js';
import type { SampleWeights } from './sample-weights.js';
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
 * Adds the buckets' rows, in order, with the trainer's parameters as they are. Within a batch the backend
 * sums in float32, over batches the sum is float64; the order is fixed, so the bits are too.
 */
export async function addColumnErrors(
  trainer: Trainer,
  plan: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  mode: SampleWeights,
  into: ColumnErrors,
): Promise<void> {
  const batch = createBatch(trainer.batch, plan.width);
  await forEachBatch(plan, buckets, batch, mode, 1, undefined, (full) =>
    trainer.addColumnErrors(full.x, full.weights, into.sums),
  );
  for (const bucket of buckets) into.weight += bucket.weightSum;
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
