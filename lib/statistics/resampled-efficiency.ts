import { notDefined } from './measured.js';
import type { Order, ResampledSample } from './score-comparison.js';
import { effectiveEvents } from './weighted.js';

/** Sums of weight at or above each of `count` distinct scores, monotone as CurveScratch makes them; the last is the total. */
export interface SummedCurve {
  readonly sums: Float64Array;
  readonly count: number;
}

/** With fewer effective background events at or above the threshold its place, and so the error, means nothing. */
const fewestBackgroundEvents = 3;

/**
 * Share of the signal kept where `share` of the background is kept: signalEfficiency (lib/statistics/roc.ts) from sums
 * whose totals are above 0. `placed` holds the placements of the signal's scores.
 */
export function resampledEfficiency(
  signal: SummedCurve,
  background: SummedCurve,
  placed: Int32Array,
  share: number,
): number {
  const point = thresholdPoint(background, share);
  const total = signal.sums[signal.count - 1]!;
  if (point === background.count) return 1;
  const above = firstAbove(placed, signal.count, 2 * point);
  const y = above === 0 ? 0 : signal.sums[above - 1]! / total;
  // Only a signal score equal to the background's makes the curve slanted there.
  if (above === signal.count || placed[above] !== 2 * point + 1) return y;
  const backgroundTotal = background.sums[background.count - 1]!;
  const x = point === 0 ? 0 : background.sums[point - 1]! / backgroundTotal;
  const next = background.sums[point]! / backgroundTotal;
  return y + ((share - x) / (next - x)) * (signal.sums[above]! / total - y);
}

/** The first distinct score at which more than `share` of the weight is kept, or `count`. */
function thresholdPoint({ sums, count }: SummedCurve, share: number): number {
  const total = sums[count - 1]!;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    // Divided as a curve's shares are: where a share is hit exactly, rounding must decide alike.
    if (sums[middle]! / total > share) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The first place in rising numbers that is above `limit`. */
function firstAbove(rising: Int32Array, count: number, limit: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Why no error can be given at `share`, if so; `curve` is that of the sample as it is drawn, all events together. */
export function thresholdProblem(
  sample: ResampledSample,
  { order }: Order,
  curve: SummedCurve,
  share: number,
): { readonly notDefined: string } | undefined {
  const last = Math.min(thresholdPoint(curve, share), curve.count - 1);
  let squares = 0;
  let point = 0;
  for (let i = 0; point <= last; i++) {
    const packed = order[i]!;
    squares += sample.drawn[packed >>> 1]! ** 2;
    point += packed & 1;
  }
  const effective = effectiveEvents(curve.sums[last]!, squares);
  return effective >= fewestBackgroundEvents
    ? undefined
    : notDefined(
        `${effective.toFixed(1)} effective background events at the threshold are too few (at least ${fewestBackgroundEvents})`,
      );
}
