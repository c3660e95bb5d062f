import { logUpperGamma } from '../incomplete-gamma.js';
import { notDefined } from '../measured.js';
import { designOf } from './design.js';
import { type Family, type FamilyName, families, familyOf } from './families.js';
import { Hunt, type HuntOptions } from './hunt.js';
import { PoissonFit } from './poisson-fit.js';
import type { Bins } from './spectrum.js';

/** A family that was tried in place of a simpler one. */
export interface Comparison {
  readonly simpler: FamilyName;
  readonly family: FamilyName;
  /** Probability of a likelihood ratio as large if the simpler one is right (Wilks). */
  readonly pValue: number;
  readonly taken: boolean;
}

export interface Choice {
  readonly family: Family;
  readonly compared: readonly Comparison[];
}

/** A family with more parameters is taken where the simpler one would be this improbable. */
const wilksBelow = 0.05;

/**
 * The family of a background: the given one, or with `auto` the simplest that describes the spectrum, each compared
 * with the one before it by the likelihood ratio, outside of the window that stands out above the simpler one.
 */
export function chooseFamily(
  bins: Bins,
  wanted: FamilyName | 'auto',
  options: HuntOptions,
): Choice | { readonly notDefined: string } {
  const filled = bins.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const possible = (family: Family) =>
    filled > family.parameters.length && bins.counts.length >= family.parameters.length + 3;
  const stiffest = wanted === 'auto' ? familyOf('power') : familyOf(wanted);
  if (!possible(stiffest)) {
    return notDefined(
      `${filled} of ${bins.counts.length} bins have events, too few for the ${stiffest.parameters.length} parameters of ${stiffest.formula}`,
    );
  }
  if (wanted !== 'auto') return { family: stiffest, compared: [] };
  let family = stiffest;
  let outside = fitOutside(bins, family, options);
  const compared: Comparison[] = [];
  for (const next of families.slice(1).filter(possible)) {
    const fit = new PoissonFit(designOf(next, bins.edges, bins.counts, options.scale));
    if (!fit.fit(bins.counts, bins.scales, fit.design.start, outside.left)) continue;
    const more = next.parameters.length - family.parameters.length;
    const pValue = Math.exp(logUpperGamma(more / 2, Math.max(0, outside.deviance - fit.deviance) / 2));
    const taken = pValue < wilksBelow;
    compared.push({ simpler: family.name, family: next.name, pValue, taken });
    if (taken) {
      family = next;
      outside = fitOutside(bins, family, options);
    }
  }
  return { family, compared };
}

/** A family's fit outside of the window that stands out above it. */
function fitOutside(bins: Bins, family: Family, options: HuntOptions) {
  const hunt = new Hunt(bins, family, options);
  const left = hunt.run(bins.counts, bins.scales)?.left;
  return { left, deviance: hunt.fit.deviance };
}
