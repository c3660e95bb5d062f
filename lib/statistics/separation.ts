import { areaWithinBins, binOf, type EnergyBins } from './energy-bins.js';
import { isDefined, type Measured } from './measured.js';
import { areaUnderCurve, signalEfficiency } from './roc.js';
import { type TailResult, tailCurve, tailCurvesByBin, undefinedSide } from './tail-curve.js';

/** Events with one score: arrays of equal length. */
export interface ScoredEvents {
  readonly scores: Float32Array;
  /** Signed weights. */
  readonly weights: Float64Array;
  /** H_T + met in GeV: what the bins of the area within bins are cut in. */
  readonly energy: Float32Array;
}

/** How well a score tells a signal from the background. */
export interface Separation {
  readonly auc: Measured;
  /** AUC within bins of energy: what the score adds to the energy. Its null is that of the energy itself. */
  readonly aucWithinBins: Measured;
  /** Signal efficiency by background efficiency, keys "0.1", "0.01", "0.001". */
  readonly signalEfficiency: Readonly<Record<string, Measured>>;
}

/** Background efficiencies at which signal efficiencies are given. */
export const efficiencyDefaults: readonly number[] = [0.1, 0.01, 0.001];

/**
 * The background's side of one score, prepared once for all signals: about 30 bytes an event while it is
 * kept, 30 more while it is made.
 */
export class BackgroundReference {
  readonly #bins: EnergyBins | { readonly notDefined: string };
  readonly #all: TailResult;
  readonly #byBin: readonly TailResult[];
  readonly #efficiencies: readonly number[];

  /** `bins` come from energyBins of the same background: they are the same for every score. */
  constructor(
    background: ScoredEvents,
    bins: EnergyBins | { readonly notDefined: string },
    efficiencies: readonly number[] = efficiencyDefaults,
  ) {
    this.#efficiencies = efficiencies;
    const { scores, weights, energy } = background;
    this.#bins = bins;
    const curves = curvesOf({ scores, weights, energy }, bins);
    this.#all = curves.all;
    this.#byBin = curves.byBin;
  }

  /** How well the score tells `signal` from this background. */
  separation(signal: ScoredEvents): Separation {
    const { all, byBin } = curvesOf(signal, this.#bins);
    return {
      auc: areaUnderCurve(all, this.#all),
      aucWithinBins: this.#withinBins(all, byBin),
      signalEfficiency: Object.fromEntries(
        this.#efficiencies.map((share) => [String(share), signalEfficiency(all, this.#all, share)]),
      ),
    };
  }

  #withinBins(all: TailResult, byBin: readonly TailResult[]): Measured {
    if (!isDefined(this.#bins)) return this.#bins;
    // What keeps the whole curve from existing keeps the parts from it, and its reason is the clearer one.
    return undefinedSide(all, this.#all) ?? areaWithinBins(byBin, this.#byBin);
  }
}

function curvesOf(
  { scores, weights, energy }: ScoredEvents,
  bins: EnergyBins | { readonly notDefined: string },
): { readonly all: TailResult; readonly byBin: readonly TailResult[] } {
  return isDefined(bins)
    ? tailCurvesByBin(scores, weights, binOf(bins, energy), bins.count)
    : { all: tailCurve(scores, weights), byBin: [] };
}
