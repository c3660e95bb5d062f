import { poissonDeviance } from '../incomplete-gamma.js';
import { designOf } from './design.js';
import type { Family } from './families.js';
import { PoissonFit, type Window } from './poisson-fit.js';
import { type LocalExcess, type ScanOptions, WindowScan } from './scan.js';
import type { Bins } from './spectrum.js';

export interface HuntOptions {
  readonly scan: ScanOptions;
  /** A window with a smaller local p-value is left out of the fit. */
  readonly leaveBelow: number;
  /** sqrt(s), GeV. */
  readonly scale: number;
}

/** What a hunt through a spectrum ends with: the most interesting window. */
export interface Hunted extends LocalExcess {
  /** The bins that the background was fitted without, if any. */
  readonly left: Window | undefined;
}

/** Deviance that one more parameter gains by chance in 1 of 20 spectra: the 95 % point of chi^2 with ndf = 1. */
export const chanceGain = 3.841458820694124;
/** So often is the window that is left out looked for anew. */
const mostRounds = 5;

/**
 * Fit and scan of one spectrum, done in the same way with data and with every toy. A bump pulls the fit towards
 * itself: where the most interesting window has a local p-value below `leaveBelow`, the background is fitted without
 * it, and again until that window stays (as in ATLAS, Phys. Rev. D 91 (2015) 052007). `leaveBelow` is so small that
 * it seldom happens to a toy: a background extrapolated through a wide gap makes large excesses out of nothing. What is
 * left out is the window and the bins beside it that stand out together with it.
 */
export class Hunt {
  /** After `run`: the background. */
  readonly fit: PoissonFit;
  readonly scan: WindowScan;
  readonly #logLeave: number;

  /** The counts of `bins` fix only where fits begin. */
  constructor(bins: Bins, family: Family, options: HuntOptions) {
    const { edges, counts } = bins;
    this.fit = new PoissonFit(designOf(family, edges, counts, options.scale));
    this.scan = new WindowScan(counts.length, options.scan);
    this.#logLeave = Math.log(options.leaveBelow);
  }

  /**
   * `scales` are variances over means of the bins (see Bins). Undefined where a fit finds no maximum.
   */
  run(counts: Float64Array, scales: Float64Array): Hunted | undefined {
    let left: Window | undefined;
    for (let round = 1; ; round++) {
      if (!this.fit.fit(counts, scales, this.fit.design.start, left)) return undefined;
      const found = this.scan.best(counts, this.fit.means, scales);
      const next = this.#leave(found, counts, scales);
      if (round === mostRounds || (next?.from === left?.from && next?.end === left?.end))
        return { ...found, left };
      left = next;
    }
  }

  #leave(found: LocalExcess, counts: Float64Array, scales: Float64Array): Window | undefined {
    if (found.logP >= this.#logLeave) return undefined;
    const { means } = this.fit;
    const gain = (bin: number) =>
      (counts[bin]! > means[bin]! ? (2 * poissonDeviance(counts[bin]!, means[bin]!)) / scales[bin]! : 0) -
      chanceGain;
    return {
      from: widen(found.from - 1, -1, -1, gain) + 1,
      end: widen(found.end, counts.length, 1, gain),
    };
  }
}

/** Where to stop on the way from `bin` to `stop` so that the bins passed gain most together. */
function widen(bin: number, stop: number, step: 1 | -1, gain: (bin: number) => number): number {
  let best = bin;
  let most = 0;
  let sum = 0;
  for (let at = bin; at !== stop; at += step) {
    sum += gain(at);
    if (sum > most) {
      most = sum;
      best = at + step;
    }
  }
  return best;
}
