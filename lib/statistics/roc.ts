import { isDefined, type Measured, notDefined } from './measured.js';
import { type TailCurve, type TailResult, undefinedSide } from './tail-curve.js';

/**
 * Area under the curve of signal share against background share, by the trapezoidal rule over all distinct
 * scores, so that ties count half. Without negative weights it is the weighted probability that a signal
 * event scores above a background event (the Mann-Whitney statistic; D. Bamber, J. Math. Psych. 12 (1975) 387)
 * and equals scikit-learn's roc_auc_score(sample_weight); with them see TailCurve.
 */
export function areaUnderCurve(signal: TailResult, background: TailResult): Measured {
  const missing = undefinedSide(signal, background);
  if (missing !== undefined) return missing;
  return { value: area(signal as TailCurve, background as TailCurve) };
}

/**
 * The area below y(x) as 1 - the area below x(y): only the steps of the signal count then, and each is one
 * search in the background, which usually has many times more scores.
 */
function area(signal: TailCurve, background: TailCurve): number {
  const { thresholds, shares } = signal;
  const points = background.thresholds.length;
  let sum = 0;
  let y = 0;
  let from = 0;
  for (let i = 0; i < thresholds.length; i++) {
    const threshold = thresholds[i]!;
    from = firstNotAbove(background.thresholds, threshold, from);
    const above = from === 0 ? 0 : background.shares[from - 1]!;
    const level = from < points && background.thresholds[from] === threshold;
    const atOrAbove = level ? background.shares[from]! : above;
    sum += ((shares[i]! - y) * (above + atOrAbove)) / 2;
    y = shares[i]!;
  }
  return Math.min(1, Math.max(0, 1 - sum));
}

/** The first place from `from` on in falling numbers that is not above `limit`. */
function firstNotAbove(falling: Float32Array, limit: number, from: number): number {
  let low = from;
  let high = falling.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (falling[middle]! > limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Share of the signal kept where `share` of the background is kept, read off the same curve (signed weights,
 * made monotone), linear between its points; where the curve is vertical at `share`, its upper end.
 */
export function signalEfficiency(signal: TailResult, background: TailResult, share: number): Measured {
  const missing = undefinedSide(signal, background);
  if (missing !== undefined) return missing;
  if (!(share >= 0 && share <= 1))
    return notDefined(`a background efficiency of ${share} is not between 0 and 1`);
  const walk = new RocWalk(signal as TailCurve, background as TailCurve);
  let x = 0;
  let y = 0;
  while (walk.next()) {
    if (walk.background > share) {
      return { value: y + ((share - x) / (walk.background - x)) * (walk.signal - y) };
    }
    x = walk.background;
    y = walk.signal;
  }
  return { value: y };
}

/** 1 / (share of the background kept) where `share` of the signal is kept; the larger share where it is ambiguous. */
export function backgroundRejection(signal: TailResult, background: TailResult, share: number): Measured {
  // The same curve with its axes exchanged.
  const kept = signalEfficiency(background, signal, share);
  if (!isDefined(kept)) return kept;
  return kept.value > 0
    ? { value: 1 / kept.value }
    : notDefined(`no background is left where ${share} of the signal is kept`);
}

/** Walks the distinct thresholds of two curves together, from the highest down. */
export class RocWalk {
  signal = 0;
  background = 0;
  readonly #signal: TailCurve;
  readonly #background: TailCurve;
  #i = 0;
  #j = 0;

  constructor(signal: TailCurve, background: TailCurve) {
    this.#signal = signal;
    this.#background = background;
  }

  next(): boolean {
    const above = this.#signal.thresholds;
    const below = this.#background.thresholds;
    const i = this.#i;
    const j = this.#j;
    if (i >= above.length && j >= below.length) return false;
    const takeSignal = j >= below.length || (i < above.length && above[i]! >= below[j]!);
    const takeBackground = i >= above.length || (j < below.length && below[j]! >= above[i]!);
    if (takeSignal) {
      this.signal = this.#signal.shares[i]!;
      this.#i = i + 1;
    }
    if (takeBackground) {
      this.background = this.#background.shares[j]!;
      this.#j = j + 1;
    }
    return true;
  }
}
