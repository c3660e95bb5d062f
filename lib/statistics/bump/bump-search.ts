import { isDefined, type Measured, notDefined } from '../measured.js';
import { asimovSignificanceWithError } from '../significance.js';
import { judgeAll } from './all-spectra.js';
import { describeFit, errorOfWindow } from './background.js';
import { type BumpOptions, type MassObservable, usualBumpOptions } from './bump-options.js';
import type { BumpResult, BumpSearch, NeededStrength } from './bump-result.js';
import { chooseFamily } from './choose-family.js';
import { excessOf, rangeOf } from './excess.js';
import { globalTest } from './global-test.js';
import { Hunt } from './hunt.js';
import { type Needed, strengthOverFitted, strengthOverKnown } from './needed-strength.js';
import { binResiduals } from './residuals.js';
import type { LocalExcess } from './scan.js';
import { judgeSculpting, type KolmogorovAnswer } from './sculpting.js';
import { binsInside, type Spectrum } from './spectrum.js';

export interface MassSpectrum extends Spectrum {
  readonly region: string;
  readonly observable: MassObservable;
  /** Signals over the same bins, in counts per unit of strength. */
  readonly signals?: readonly { readonly name: string; readonly counts: ArrayLike<number> }[];
  /** The shape in the region compared with the inclusive one. */
  readonly shape?: KolmogorovAnswer;
}

/** Searches each spectrum for a bump. Spectra take the seeds seed, seed + 1, ... in their order. */
export function bumpSearch(
  spectra: readonly MassSpectrum[],
  options: BumpOptions = usualBumpOptions,
): BumpSearch {
  const results = spectra.map((spectrum, index) => {
    const result = searchOne(spectrum, { ...options, seed: options.seed + index });
    return { region: spectrum.region, observable: spectrum.observable, ...result };
  });
  return { options, spectra: results, all: judgeAll(results) };
}

type Found = Omit<BumpResult, 'region' | 'observable'>;

function searchOne(spectrum: MassSpectrum, options: BumpOptions): Found | { readonly notDefined: string } {
  const [from, to] = options.range[spectrum.observable];
  const bins = binsInside(spectrum, from, to);
  if (!isDefined(bins)) return bins;
  const { minWidth, sidebands, leaveBelow, scale } = options;
  const maxWidth = Math.max(minWidth, Math.min(options.maxWidth, Math.floor(bins.counts.length / 3)));
  const huntOptions = { scan: { minWidth, maxWidth, sidebands }, leaveBelow, scale };
  const choice = chooseFamily(bins, options.family, huntOptions);
  if (!isDefined(choice)) return choice;
  const hunt = new Hunt(bins, choice.family, huntOptions);
  const found = hunt.run(bins.counts, bins.scales);
  if (found === undefined) return notDefined(`the fit of ${choice.family.formula} found no maximum`);
  const background = describeFit(hunt.fit, bins, found.left);
  const kind = spectrum.variances === undefined ? 'data' : 'expected';
  const backgroundError = errorOfWindow(hunt.fit, found);
  const byWidth = hunt.scan.byWidth(bins.counts, hunt.fit.means, bins.scales);
  const means = hunt.fit.means.slice();
  const global = globalTest(hunt, found, bins.scales, options.toys, options.seed);
  return {
    kind,
    events: bins.counts.reduce((sum, count) => sum + count, 0),
    negativeBins: bins.negative,
    edges: [...bins.edges],
    counts: [...bins.counts],
    residuals: binResiduals(bins.counts, means, bins.scales),
    background,
    candidates: choice.candidates.map(({ found: other, ...rest }) => ({
      ...rest,
      excess: excessOf(other, bins),
    })),
    ...(found.left === undefined ? {} : { leftOut: rangeOf(found.left, bins) }),
    excess: {
      ...excessOf(found, bins),
      backgroundError,
      zWithError: zWithError(found, backgroundError, kind),
    },
    byWidth: byWidth.map((window) => excessOf(window, bins)),
    global,
    signals: (spectrum.signals ?? []).map(({ name, counts }) => {
      const template = Float64Array.from(means, (_, bin) => counts[bins.first + bin]!);
      const needed = (need: Needed | { readonly notDefined: string }): NeededStrength =>
        isDefined(need) ? { ...need, window: excessOf(need.window, bins) } : need;
      return {
        name,
        known: needed(strengthOverKnown(hunt, means, template, options.seen)),
        fitted: needed(strengthOverFitted(hunt, means, template, options.seen)),
      };
    }),
    sculpting: judgeSculpting(
      spectrum.shape ?? notDefined('no comparison of the shape was made'),
      options.sculptedBelow,
    ),
  };
}

function zWithError(found: LocalExcess, error: Measured, kind: BumpResult['kind']): Measured {
  if (kind === 'expected') return notDefined('the spectrum holds weights, not counts');
  if (!isDefined(error)) return error;
  const { counted, background } = found;
  return counted > background
    ? asimovSignificanceWithError(counted - background, background, error.value)
    : notDefined('no window holds more than the background');
}
