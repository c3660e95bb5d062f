import { invariant } from '../../base/error.js';

/** So many configurations are trained until each has seen so many epochs. */
export interface Rung {
  readonly trials: number;
  readonly epochs: number;
}

/** One run of successive halving; of each rung the best go on to the next. */
export interface Bracket {
  /** Number of its first configuration in the search; the others follow. */
  readonly first: number;
  readonly rungs: readonly Rung[];
}

/**
 * The brackets of Hyperband (Li et al., JMLR 18 (2018) 1, algorithm 1 and table 1) from the one with most
 * configurations on: with R epochs at most and s from floor(log_eta R) down to 0,
 *
 *     n = ceil((s_max + 1) / (s + 1) eta^s),  n_i = floor(n eta^-i),  r_i = R eta^(i - s)
 *
 * Epochs are whole, so r_i is rounded, and at least 1.
 */
export function hyperbandBrackets(maxEpochs: number, factor: number): Rung[][] {
  invariant(Number.isInteger(factor) && factor >= 2, `Hyperband cannot halve by ${factor}`);
  const most = wholeLog(maxEpochs, factor);
  return Array.from({ length: most + 1 }, (_, index) => {
    const s = most - index;
    // Whole numbers all the way: a division first would be off by one where it is not exact.
    const trials = Math.ceil(((most + 1) * factor ** s) / (s + 1));
    return halving(trials, s, maxEpochs, factor);
  });
}

/** Successive halving of `trials` configurations in s + 1 rungs, the last of them at `maxEpochs`. */
export function halving(trials: number, s: number, maxEpochs: number, factor: number): Rung[] {
  return Array.from({ length: s + 1 }, (_, rung) => ({
    trials: Math.floor(trials / factor ** rung),
    epochs: Math.max(1, Math.round(maxEpochs / factor ** (s - rung))),
  })).filter((rung) => rung.trials > 0);
}

/** Epochs that a bracket takes, where a configuration goes on from where it stood. */
export function costOf(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, { trials, epochs }, index) => {
    const before = rungs[index - 1]?.epochs ?? 0;
    return sum + trials * (epochs - before);
  }, 0);
}

/** The largest k with factor^k <= value. */
export function wholeLog(value: number, factor: number): number {
  let power = 0;
  for (let reached = factor; reached <= value; reached *= factor) power += 1;
  return power;
}
