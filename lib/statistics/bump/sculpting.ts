import { type Counted, kolmogorovSmirnov, shareDistance } from '../kolmogorov.js';
import { isDefined, notDefined } from '../measured.js';
import { effectiveEvents } from '../weighted.js';

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

/** Fewer effective events on either side say nothing about a shape. */
const leastEvents = 20;

/**
 * Compares the shape of a part with that of the whole. The part is in the whole, so that the p-value is that of the
 * part against the rest, which is independent of it: both shapes are equal to that of the whole, or neither is.
 */
export function compareWithWhole(part: Counted, whole: Counted): KolmogorovAnswer {
  const without = (all: Float64Array, own: Float64Array) => all.map((value, bin) => value - own[bin]!);
  const rest = { sums: without(whole.sums, part.sums), squares: without(whole.squares, part.squares) };
  for (const [counted, what] of [
    [part, 'in the region'],
    [rest, 'outside the region'],
  ] as const) {
    const sum = total(counted.sums);
    const events = sum > 0 ? effectiveEvents(sum, total(counted.squares)) : 0;
    if (!(events >= leastEvents))
      return notDefined(
        `${Math.floor(events)} effective background events ${what}; at least ${leastEvents} are asked for`,
      );
  }
  return {
    distance: shareDistance(part.sums, whole.sums),
    pValue: kolmogorovSmirnov(part, rest).p,
  };
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
