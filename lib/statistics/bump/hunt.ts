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

/** So often is the window that is left out looked for anew. */
const mostRounds = 5;

/**
 * Fit and scan of one spectrum, done in the same way with data and with every toy. A bump pulls the fit towards
 * itself: where the most interesting window has a local p-value below `leaveBelow`, the background is fitted without
 * it, and again until that window stays (as in ATLAS, Phys. Rev. D 91 (2015) 052007). `leaveBelow` is so small that
 * it seldom happens to a toy: a background extrapolated through a wide gap makes large excesses out of nothing.
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

  /** Undefined where a fit finds no maximum. */
  run(counts: Float64Array, scales: Float64Array): Hunted | undefined {
    let left: Window | undefined;
    for (let round = 1; ; round++) {
      if (!this.fit.fit(counts, scales, this.fit.design.start, left)) return undefined;
      const found = this.scan.best(counts, this.fit.means);
      const next = this.#leave(found);
      if (round === mostRounds || (next?.from === left?.from && next?.end === left?.end))
        return { ...found, left };
      left = next;
    }
  }

  #leave(found: LocalExcess): Window | undefined {
    return found.logP < this.#logLeave ? { from: found.from, end: found.end } : undefined;
  }
}
