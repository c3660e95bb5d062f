import type { Measured } from '../measured.js';
import type { AllSpectra } from './all-spectra.js';
import type { Background } from './background.js';
import type { BumpOptions, MassObservable } from './bump-options.js';
import type { Candidate } from './choose-family.js';
import type { Excess } from './excess.js';
import type { GlobalTest } from './global-test.js';
import type { Needed } from './needed-strength.js';
import type { Sculpting } from './sculpting.js';

export type NeededStrength =
  | (Omit<Needed, 'window'> & { readonly window: Excess })
  | { readonly notDefined: string };

/** A form that was tried, and the most interesting window over it: how much hangs on the form. */
export type TriedFamily = Omit<Candidate, 'found'> & { readonly excess: Excess };

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
  readonly candidates: readonly TriedFamily[];
  /** The window that the fit left out, GeV. */
  readonly leftOut?: { readonly from: number; readonly to: number };
  /** The most interesting window. */
  readonly excess: Excess & {
    /** Of the fit. */
    readonly backgroundError: Measured;
    /** Of counts, with that error as a side band of its size (Li and Ma): a background that is hardly known is not small. */
    readonly zWithError: Measured;
  };
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
  readonly all: AllSpectra | { readonly notDefined: string };
}
