import { isDefined } from '../measured.js';

/** What a Kolmogorov-Smirnov comparison answers. */
export type KolmogorovAnswer =
  | { readonly distance: number; readonly pValue: number }
  | { readonly notDefined: string };

/** Whether the cut on the score has shaped the spectrum. */
export type Sculpting =
  | {
      readonly distance: number;
      readonly pValue: number;
      /** Below it the shapes differ. */
      readonly threshold: number;
      readonly sculpted: boolean;
    }
  | { readonly notDefined: string };

/**
 * Judges the comparison of a spectrum's shape in a region with the inclusive one. A cut that shapes the spectrum can
 * make a bump of its own, and takes the meaning from a fit with a falling form.
 */
export function judgeSculpting(comparison: KolmogorovAnswer, threshold: number): Sculpting {
  if (!isDefined(comparison)) return comparison;
  const { distance, pValue } = comparison;
  return { distance, pValue, threshold, sculpted: pValue < threshold };
}
