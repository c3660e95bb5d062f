import { type Bracket, costOf, halving, hyperbandBrackets, type Rung, wholeLog } from './brackets.js';

export interface SearchPlan {
  readonly algorithm: 'hyperband' | 'random';
  readonly maxEpochs: number;
  readonly factor: number;
  /** Most configurations, and most epochs over all of them; 0 for no limit. */
  readonly trials: number;
  readonly epochs: number;
  /** True where something else (time) ends the search: then brackets come without end. */
  readonly endless: boolean;
}

/**
 * The brackets of a search, one after the other. What they hold follows from the plan alone, never from results or
 * time. Hyperband begins anew, with new configurations, as long as the limits allow; without any it goes through its
 * brackets once. Random search trains every configuration to the end, by default for as many epochs as that.
 */
export function* plannedBrackets(plan: SearchPlan): Generator<Bracket> {
  const { maxEpochs, factor } = plan;
  const usual = hyperbandBrackets(maxEpochs, factor);
  const isUnlimited = plan.trials === 0 && plan.epochs === 0 && !plan.endless;
  const budget = {
    trials: plan.trials > 0 ? plan.trials : Number.POSITIVE_INFINITY,
    epochs: plan.epochs > 0 ? plan.epochs : Number.POSITIVE_INFINITY,
  };
  if (isUnlimited) budget.epochs = usual.reduce((sum, rungs) => sum + costOf(rungs), 0);
  const pattern = plan.algorithm === 'random' ? [[{ trials: 1, epochs: maxEpochs }]] : usual;
  for (let first = 0, at = 0; ; at += 1) {
    const rungs = fitting(pattern[at % pattern.length]!, budget, plan);
    if (rungs === undefined) return;
    yield { first, rungs };
    const { trials } = rungs[0]!;
    first += trials;
    budget.trials -= trials;
    budget.epochs -= costOf(rungs);
  }
}

interface Budget {
  trials: number;
  epochs: number;
}

/**
 * A bracket cut down to the most configurations that the rest of the budget allows, of which one at least comes to
 * the end; undefined where not even one does.
 */
function fitting(
  wanted: readonly Rung[],
  budget: Budget,
  { maxEpochs, factor }: SearchPlan,
): readonly Rung[] | undefined {
  const fits = (rungs: readonly Rung[]) =>
    rungs[0]!.trials <= budget.trials && costOf(rungs) <= budget.epochs;
  if (fits(wanted)) return wanted;
  for (let trials = wanted[0]!.trials - 1; trials > 0; trials -= 1) {
    const s = Math.min(wanted.length - 1, wholeLog(trials, factor));
    const rungs = halving(trials, s, maxEpochs, factor);
    if (fits(rungs)) return rungs;
  }
  return undefined;
}

/** Epochs and configurations of all brackets of a plan that has an end. */
export function sizeOf(plan: SearchPlan): { trials: number; epochs: number } {
  const size = { trials: 0, epochs: 0 };
  for (const { rungs } of plannedBrackets(plan)) {
    size.trials += rungs[0]!.trials;
    size.epochs += costOf(rungs);
  }
  return size;
}
