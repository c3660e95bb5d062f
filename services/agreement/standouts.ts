import { isDefined } from '../../lib/statistics/measured.js';
import type { Reference } from './chi2-bins.js';
import { compareShapes, type ShapeComparison } from './compare.js';
import type { VariableBins } from './variable-bins.js';
import { added } from './variable-counts.js';

/** One part of the data in one variable. */
export interface PartVerdict {
  /** Against the other parts together, but for those that stand out more. */
  readonly againstOthers: ShapeComparison | { readonly notDefined: string };
  readonly againstSimulation: ShapeComparison | { readonly notDefined: string };
  readonly standsOut: boolean;
}

/**
 * Finds the parts of the data (periods, runs) whose shape is not that of the others. Where one part is bad every
 * other one differs from the rest too, since the bad one is in it: so the part that differs most is set aside, the
 * others are compared again without it, and so on until all that are left agree. Of the last two, which differ from
 * each other alike, the one further from simulation stands out.
 * @param parts events by place, each
 * @param level p-values below this stand out
 */
export function findStandouts(
  bins: VariableBins,
  parts: readonly Float64Array[],
  simulation: Reference,
  level: number,
): PartVerdict[] {
  const places = simulation.sums.length;
  const againstSimulation = parts.map((part) => compareShapes(bins, part, simulation));
  const verdicts: PartVerdict[] = parts.map((_, index) => ({
    againstOthers: { notDefined: 'there is no other part' },
    againstSimulation: againstSimulation[index]!,
    standsOut: false,
  }));
  let left = parts.map((_, index) => index);
  while (left.length > 1) {
    const all = added(
      left.map((index) => parts[index]!),
      places,
    );
    for (const index of left) {
      const others = all.map((events, place) => events - parts[index]![place]!);
      const againstOthers = compareShapes(bins, parts[index]!, { sums: others, squares: others });
      verdicts[index] = { ...verdicts[index]!, againstOthers };
    }
    const of = (index: number) => verdicts[index]![left.length === 2 ? 'againstSimulation' : 'againstOthers'];
    const isBad = (index: number) => pOf(verdicts[index]!.againstOthers) < level;
    const bad = left.filter(isBad);
    if (bad.length === 0) break;
    // Of two that differ from each other both are candidates, also where one of the two tests is not symmetric.
    const candidates = left.length === 2 ? left : bad;
    const worst = candidates.reduce((a, b) => (isWorse(of(b), of(a)) ? b : a));
    verdicts[worst] = { ...verdicts[worst]!, standsOut: true };
    left = left.filter((index) => index !== worst);
  }
  return verdicts;
}

/** The p-value of a comparison; 1 where there is none. */
export function pOf(comparison: ShapeComparison | { readonly notDefined: string }): number {
  return isDefined(comparison) ? comparison.p : 1;
}

/** By p-value; where both are too small for a number, by chi2. */
function isWorse(
  a: ShapeComparison | { readonly notDefined: string },
  b: ShapeComparison | { readonly notDefined: string },
): boolean {
  if (pOf(a) !== pOf(b)) return pOf(a) < pOf(b);
  return chi2Of(a) > chi2Of(b);
}

function chi2Of(comparison: ShapeComparison | { readonly notDefined: string }): number {
  if (!isDefined(comparison) || !isDefined(comparison.chi2)) return 0;
  return comparison.chi2.value / comparison.ndf;
}
