import { isDefined, type Measured, notDefined } from '../measured.js';
import { normalDeviate } from '../normal-tail.js';
import { type Background, describeFit } from './background.js';
import { type Candidate, chooseFamily } from './choose-family.js';
import type { FamilyName } from './families.js';
import { type GlobalTest, globalTest } from './global-test.js';
import { Hunt } from './hunt.js';
import { type Needed, type Seen, strengthOverFitted, strengthOverKnown } from './needed-strength.js';
import type { Window } from './poisson-fit.js';
import { binResiduals } from './residuals.js';
import type { LocalExcess } from './scan.js';
import { judgeSculpting, type KolmogorovAnswer, type Sculpting } from './sculpting.js';
import { type Bins, binsInside, type Spectrum } from './spectrum.js';

export type MassObservable = 'mll' | 'mlll';

export interface MassSpectrum extends Spectrum {
  readonly region: string;
  readonly observable: MassObservable;
  /** Signals over the same bins, in counts per unit of strength. */
  readonly signals?: readonly { readonly name: string; readonly counts: ArrayLike<number> }[];
  /** The shape in the region compared with the inclusive one. */
  readonly shape?: KolmogorovAnswer;
}

export interface BumpOptions {
  /** sqrt(s), GeV. */
  readonly scale: number;
  /** GeV; only bins inside as a whole are read. */
  readonly range: Readonly<Record<MassObservable, readonly [from: number, to: number]>>;
  readonly family: FamilyName | 'auto';
  /** Widths of the windows in bins; the widest is also at most a third of the range. */
  readonly minWidth: number;
  readonly maxWidth: number;
  readonly sidebands: boolean;
  /** The fit leaves a window with a smaller local p-value out. */
  readonly leaveBelow: number;
  readonly toys: number;
  readonly seed: number;
  readonly seen: Seen;
  /** p-value of the shape below which the region shapes the spectrum. */
  readonly sculptedBelow: number;
}

/** Beyond the Z peak, and beyond where three leptons of WZ are most frequent. */
export const usualBumpOptions: BumpOptions = {
  scale: 13_000,
  range: { mll: [110, 13_000], mlll: [200, 13_000] },
  family: 'auto',
  minWidth: 2,
  maxWidth: 8,
  sidebands: false,
  leaveBelow: 1e-4,
  toys: 1000,
  seed: 1,
  seen: { z: 3, events: 3 },
  sculptedBelow: 0.01,
};

/** A window as a reader wants it. */
export interface Excess {
  /** GeV. */
  readonly from: number;
  readonly to: number;
  readonly counted: number;
  readonly background: number;
  /** Local; 1 where there is no more than the background. */
  readonly pValue: Measured;
  readonly log10P: number;
  readonly z: Measured;
}

export type NeededStrength =
  | (Omit<Needed, 'window'> & { readonly window: Excess })
  | { readonly notDefined: string };

/** The search in one spectrum: everything that figures and tables show. */
export interface BumpResult {
  readonly region: string;
  readonly observable: MassObservable;
  /**
   * Counts of data, or expected events: then an excess is one over the statistical error of the sample itself, and
   * the needed strengths are those for data of the expected size.
   */
  readonly kind: 'data' | 'expected';
  readonly events: number;
  /** Bins whose weights add up to less than 0, taken as empty. */
  readonly negativeBins: number;
  /** GeV. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Signed significance of each bin against the background. */
  readonly residuals: readonly number[];
  readonly background: Background;
  /** The forms that were tried. */
  readonly candidates: readonly Candidate[];
  /** The window that the fit left out, GeV. */
  readonly leftOut?: { readonly from: number; readonly to: number };
  /** The most interesting window. */
  readonly excess: Excess;
  /** The best window of each width. */
  readonly byWidth: readonly Excess[];
  readonly global: GlobalTest;
  readonly signals: readonly {
    readonly name: string;
    /** Over a background that is known. */
    readonly known: NeededStrength;
    /** Over a background fitted to the spectrum with the signal. */
    readonly fitted: NeededStrength;
  }[];
  readonly sculpting: Sculpting;
}

export interface NoBumpResult {
  readonly region: string;
  readonly observable: MassObservable;
  readonly notDefined: string;
}

export interface BumpSearch {
  readonly options: BumpOptions;
  readonly spectra: readonly (BumpResult | NoBumpResult)[];
}

/** Searches each spectrum for a bump. Spectra take the seeds seed, seed + 1, ... in their order. */
export function bumpSearch(
  spectra: readonly MassSpectrum[],
  options: BumpOptions = usualBumpOptions,
): BumpSearch {
  return {
    options,
    spectra: spectra.map((spectrum, index) => {
      const result = searchOne(spectrum, { ...options, seed: options.seed + index });
      return { region: spectrum.region, observable: spectrum.observable, ...result };
    }),
  };
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
  const byWidth = hunt.scan.byWidth(bins.counts, hunt.fit.means, bins.scales);
  const means = hunt.fit.means.slice();
  const global = globalTest(hunt, found, bins.scales, options.toys, options.seed);
  return {
    kind: spectrum.variances === undefined ? 'data' : 'expected',
    events: bins.counts.reduce((sum, count) => sum + count, 0),
    negativeBins: bins.negative,
    edges: [...bins.edges],
    counts: [...bins.counts],
    residuals: binResiduals(bins.counts, means, bins.scales),
    background,
    candidates: choice.candidates,
    ...(found.left === undefined ? {} : { leftOut: range(found.left, bins) }),
    excess: excessOf(found, bins),
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

function range({ from, end }: Window, { edges }: Bins) {
  return { from: edges[from]!, to: edges[end]! };
}

function excessOf(window: LocalExcess, bins: Bins): Excess {
  const { counted, background, logP } = window;
  const p = Math.exp(logP);
  return {
    ...range(window, bins),
    counted,
    background,
    pValue: p > 0 ? { value: p } : notDefined('smaller than the smallest number; see log10P'),
    log10P: logP / Math.LN10,
    z: logP < 0 ? { value: normalDeviate(logP) } : notDefined('no window holds more than the background'),
  };
}
