import { type Weighing, weighing } from '../../lib/learning/sample-weights.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';

/** Sum of the sample weights of a megaset, or of the validation part. */
export function weightSumOf(plan: MegasetPlan, megaset: number): number {
  return plan.weightSums[megaset]!.reduce((sum, weight) => sum + weight, 0);
}

/**
 * Sample weights of a megaset, or of the validation part, with mean 1 over its rows.
 * @throws training_rows_unusable
 */
export function weighingOf(plan: MegasetPlan, megaset: number, what: string): Weighing {
  const channels = plan.channels[megaset]!;
  return weighing(plan.sampleWeights, rowsOf(plan, megaset), weightSumOf(plan, megaset), channels, what);
}
