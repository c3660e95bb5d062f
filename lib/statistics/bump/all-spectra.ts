import type { BumpResult, NoBumpResult } from './bump-result.js';

/** The most interesting of several spectra, and what its p-value is worth after so many have been looked at. */
export interface AllSpectra {
  /** Spectra that have a global p-value. */
  readonly searched: number;
  readonly region: string;
  readonly observable: string;
  /** Its global p-value times the spectra searched, at most 1; with no toy beyond, 1/toys takes its place. */
  readonly pValueAtMost: number;
}

/**
 * Bonferroni's bound. Regions contain each other, so that their p-values are not independent; the bound holds all the
 * same, and gives away less than it seems.
 */
export function judgeAll(
  results: readonly (BumpResult | NoBumpResult)[],
): AllSpectra | { readonly notDefined: string } {
  const known = results.flatMap((result) => {
    if (!('global' in result) || 'notDefined' in result.global.interval) return [];
    const { toys, failed, pValue } = result.global;
    return [{ result, p: 'value' in pValue ? pValue.value : 1 / (toys - failed) }];
  });
  if (known.length === 0) return { notDefined: 'no spectrum has a global p-value' };
  const { result, p } = known.reduce((left, right) => (right.p < left.p ? right : left));
  return {
    searched: known.length,
    region: result.region,
    observable: result.observable,
    pValueAtMost: Math.min(1, p * known.length),
  };
}
