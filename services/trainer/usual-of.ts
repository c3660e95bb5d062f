import type { Trainer } from '../../lib/learning/backend.js';
import { addColumnErrors, createColumnErrors, usualErrors } from '../../lib/learning/usual-errors.js';
import type { BatchFeed } from './batch-feed.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';
import { weighingOf, weightSumOf } from './plan-weights.js';

export interface UsualOptions {
  readonly plan: MegasetPlan;
  readonly usualErrorEvents: number;
  readonly signal: AbortSignal;
}

/** Usual error of each trained column over the first megasets, up to the number of events asked for. */
export async function usualOf(
  trainer: Trainer,
  feed: BatchFeed,
  { plan, signal, usualErrorEvents }: UsualOptions,
): Promise<Float64Array> {
  const errors = createColumnErrors(trainer.network.columns);
  const { sampleWeights: mode } = plan;
  let rows = 0;
  for (let megaset = 0; megaset < plan.megasets - 1 && rows < usualErrorEvents; megaset += 1) {
    signal.throwIfAborted();
    const found = rowsOf(plan, megaset);
    if (found === 0) continue;
    // Balanced weights are of a megaset; all others are the same throughout the run.
    const isBalanced = mode === 'balanced';
    const weights = isBalanced ? weighingOf(plan, megaset, `megaset ${megaset}`) : { mode, scale: 1 };
    const total = isBalanced ? found : weightSumOf(plan, megaset);
    await addColumnErrors(trainer, feed.source(megaset, weights), total, errors);
    rows += found;
  }
  return usualErrors(errors);
}
