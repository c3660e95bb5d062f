import { poissonDeviance } from '../incomplete-gamma.js';
import { normalDeviate } from '../normal-tail.js';
import type { Window } from './poisson-fit.js';
import { logPoissonTail } from './poisson-tail.js';

export interface ScanOptions {
  /** Bins of the narrowest and of the widest window. */
  readonly minWidth: number;
  readonly maxWidth: number;
  /** Scale the background of each window so that outside of it there is as much as was counted there. */
  readonly sidebands: boolean;
}

/** A window, what it holds, and ln of its local p-value: 0 where it holds no more than the background. */
export interface LocalExcess extends Window {
  readonly logP: number;
  readonly counted: number;
  readonly background: number;
}

/**
 * The scan of BumpHunter (G. Choudalakis, arXiv:1101.0390): every window of minWidth to maxWidth bins at every place;
 * its p-value is the Poisson probability of as many events or more. The smallest p-value is the test statistic.
 * Windows are numbered by width, then place, and the first of equal ones counts. `scales` are variances over means: 1
 * for counts; sums of weights are divided by them, which makes effective counts.
 */
export class WindowScan {
  readonly #options: ScanOptions;
  readonly #bins: number;
  /** Of every window. */
  readonly #counted: Float64Array;
  readonly #background: Float64Array;
  readonly #scales: Float64Array;
  /** Half the deviance of the count from the background; 0 where there is no excess. */
  readonly #deviances: Float64Array;

  constructor(bins: number, options: ScanOptions) {
    const maxWidth = Math.min(options.maxWidth, bins);
    const windows = Math.max(0, maxWidth - options.minWidth + 1) * bins;
    this.#options = { ...options, maxWidth };
    this.#bins = bins;
    this.#counted = new Float64Array(windows);
    this.#background = new Float64Array(windows);
    this.#scales = new Float64Array(windows);
    this.#deviances = new Float64Array(windows);
  }

  /** The most interesting window. */
  best(counts: Float64Array, background: Float64Array, scales: Float64Array): LocalExcess {
    this.#measure(counts, background, scales);
    const deviances = this.#deviances;
    let most = 0;
    for (let window = 1; window < deviances.length; window++)
      if (deviances[window]! > deviances[most]!) most = window;
    // The window that looks best comes first, so that most others need no more than a look.
    let best = most;
    let logP = this.#logP(most);
    const whole = counts.every(Number.isInteger) && scales.every((scale) => scale === 1);
    let floor = whole ? floorOf(logP) : 0;
    for (let window = 0; window < deviances.length; window++) {
      if (window === most || deviances[window] === 0 || deviances[window]! < floor) continue;
      const other = this.#logP(window);
      if (other < logP || (other === logP && window < best)) {
        best = window;
        logP = other;
        if (whole) floor = floorOf(logP);
      }
    }
    return this.#excess(best, logP);
  }

  /** The best window of each width. */
  byWidth(counts: Float64Array, background: Float64Array, scales: Float64Array): LocalExcess[] {
    this.#measure(counts, background, scales);
    const found: LocalExcess[] = [];
    for (let first = 0; first < this.#deviances.length; first += this.#bins) {
      let best = first;
      let logP = 0;
      for (let window = first; window < first + this.#bins; window++) {
        const other = this.#logP(window);
        if (other < logP) {
          best = window;
          logP = other;
        }
      }
      found.push(this.#excess(best, logP));
    }
    return found;
  }

  /** Sums of every window from its own bins: differences of running sums would lose a small tail. */
  #measure(counts: Float64Array, background: Float64Array, scales: Float64Array): void {
    const { minWidth, maxWidth, sidebands } = this.#options;
    const bins = this.#bins;
    const allCounted = counts.reduce((sum, count) => sum + count, 0);
    const allExpected = background.reduce((sum, mean) => sum + mean, 0);
    for (let from = 0; from < bins; from++) {
      let counted = 0;
      let expected = 0;
      let variance = 0;
      const end = Math.min(bins, from + maxWidth);
      for (let bin = from; bin < end; bin++) {
        counted += counts[bin]!;
        expected += background[bin]!;
        variance += background[bin]! * scales[bin]!;
        const width = bin + 1 - from;
        if (width < minWidth) continue;
        const window = (width - minWidth) * bins + from;
        const mean = sidebands ? (expected * (allCounted - counted)) / (allExpected - expected) : expected;
        const excess = counted > mean && mean > 0;
        this.#counted[window] = counted;
        this.#background[window] = Number.isFinite(mean) ? mean : expected;
        this.#scales[window] = variance / expected;
        this.#deviances[window] = excess ? poissonDeviance(counted, mean) : 0;
      }
    }
  }

  #logP(window: number): number {
    if (this.#deviances[window] === 0) return 0;
    const scale = this.#scales[window]!;
    return logPoissonTail(this.#counted[window]! / scale, this.#background[window]! / scale);
  }

  #excess(window: number, logP: number): LocalExcess {
    const from = window % this.#bins;
    return {
      from,
      end: from + this.#options.minWidth + Math.floor(window / this.#bins),
      logP,
      counted: this.#counted[window]!,
      background: this.#background[window]!,
    };
  }
}

/**
 * The tail of a Poisson count above its mean is larger than the normal one beyond sqrt(2 x half deviance) (M. Short,
 * ISRN Probability and Statistics 2013, 412958): windows below this half deviance have no smaller p-value. A little
 * lower, for rounding.
 */
function floorOf(logP: number): number {
  const z = logP < -Math.LN2 ? normalDeviate(logP) : 0;
  return (z * z) / 2 - 1e-6;
}
