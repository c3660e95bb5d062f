import { notDefined } from '../measured.js';
import { type Family, type FamilyName, families, familyOf } from './families.js';
import { chanceGain, Hunt, type HuntOptions } from './hunt.js';
import type { LocalExcess } from './scan.js';
import type { Bins } from './spectrum.js';

/** How well a family describes a spectrum. */
export interface Candidate {
  readonly family: FamilyName;
  /** Of the bins that the fit took. */
  readonly deviance: number;
  readonly parameters: number;
  /** Bins that its fit left out, each of which could be described by a parameter of its own. */
  readonly leftOut: number;
  /** deviance + 3.84 (parameters + leftOut). */
  readonly criterion: number;
  readonly found: LocalExcess;
}

export interface Choice {
  readonly family: Family;
  readonly candidates: readonly Candidate[];
}

/**
 * The family of a background: the given one, or with `auto` that of the smallest criterion, of equal ones the simpler:
 * each parameter has to gain what a needless one gains in 1 of 20 spectra (likelihood ratio of nested forms, Wilks).
 * A form that can only be held by leaving much of the spectrum out pays for every bin of it; one that bends to a bump
 * pays with the deviance around it.
 */
export function chooseFamily(
  bins: Bins,
  wanted: FamilyName | 'auto',
  options: HuntOptions,
): Choice | { readonly notDefined: string } {
  const asked = wanted === 'auto' ? families : [familyOf(wanted)];
  const filled = bins.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const possible = asked.filter(
    ({ parameters }) => filled > parameters.length && bins.counts.length >= parameters.length + 3,
  );
  if (possible.length === 0) {
    const { formula, parameters } = asked[0]!;
    return notDefined(
      `${filled} of ${bins.counts.length} bins have events, too few for the ${parameters.length} parameters of ${formula}`,
    );
  }
  const candidates = possible.flatMap((family) => candidateOf(bins, family, options) ?? []);
  if (candidates.length === 0) return notDefined('no fit of a falling form found a maximum');
  const best = candidates.reduce((left, right) => (right.criterion < left.criterion ? right : left));
  return { family: familyOf(best.family), candidates };
}

function candidateOf(bins: Bins, family: Family, options: HuntOptions): Candidate | undefined {
  const hunt = new Hunt(bins, family, options);
  const found = hunt.run(bins.counts, bins.scales);
  if (found === undefined) return undefined;
  const parameters = family.parameters.length;
  const leftOut = found.left === undefined ? 0 : found.left.end - found.left.from;
  const { deviance } = hunt.fit;
  return {
    family: family.name,
    deviance,
    parameters,
    leftOut,
    criterion: deviance + chanceGain * (parameters + leftOut),
    found,
  };
}
