import { isDefined, notDefined } from './measured.js';
import { descendingOrder } from './order.js';

/**
 * The share of a sample's weight at or above each threshold, thresholds falling: what a ROC curve is made of.
 *
 * With signed weights the raw share s(t) = (sum of w above t) / (sum of w) may fall, leave [0, 1] or both.
 * The curve here is s clipped to [0, 1] and then made monotone: half the sum of its running maximum from
 * above and its running minimum from below, which is the monotone function nearest to it in the largest
 * difference (V. A. Ubhaya, Isotone optimization I, J. Approx. Theory 12 (1974) 146). Without negative
 * weights it is s itself. The rule treats signal and background, and a score and its negative, alike.
 */
export interface TailCurve {
  /** Distinct scores, falling. */
  readonly thresholds: Float32Array;
  /** Share of the weight at or above the threshold, from above 0 up to 1 at the last. */
  readonly shares: Float64Array;
  /** Sum of the signed weights, above 0. */
  readonly total: number;
  readonly rows: number;
}

export type TailResult = TailCurve | { readonly notDefined: string };

/** The curve of all rows. Scores and weights of equal length; weights signed. */
export function tailCurve(scores: Float32Array, weights: Float64Array): TailResult {
  const problem = sampleProblem(scores, weights);
  return problem === undefined ? curveOf(scores, weights, descendingOrder(scores)) : notDefined(problem);
}

/** The curve of all rows and one for each of `binCount` bins, in one sort; `bins` gives the bin of each row. */
export function tailCurvesByBin(
  scores: Float32Array,
  weights: Float64Array,
  bins: Uint16Array,
  binCount: number,
): { readonly all: TailResult; readonly byBin: readonly TailResult[] } {
  const problem = sampleProblem(scores, weights);
  if (problem !== undefined) return { all: notDefined(problem), byBin: [] };
  const order = descendingOrder(scores);
  const all = curveOf(scores, weights, order);
  const starts = new Uint32Array(binCount + 1);
  for (let i = 0; i < bins.length; i++) starts[bins[i]! + 1]!++;
  for (let bin = 0; bin < binCount; bin++) starts[bin + 1]! += starts[bin]!;
  const byBin = new Uint32Array(order.length);
  const next = starts.slice();
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    byBin[next[bins[row]!]!++] = row;
  }
  const curves = Array.from({ length: binCount }, (_, bin) =>
    curveOf(scores, weights, byBin.subarray(starts[bin], starts[bin + 1])),
  );
  return { all, byBin: curves };
}

function sampleProblem(scores: Float32Array, weights: Float64Array): string | undefined {
  if (scores.length === 0) return 'no events';
  let strange = 0;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i]!) || !Number.isFinite(weights[i]!)) strange++;
  }
  return strange === 0
    ? undefined
    : `${strange} of ${scores.length} events have no score or no finite weight`;
}

function curveOf(scores: Float32Array, weights: Float64Array, order: Uint32Array): TailResult {
  const rows = order.length;
  if (rows === 0) return notDefined('no events');
  let total = 0;
  for (let i = 0; i < rows; i++) total += weights[order[i]!]!;
  if (!(total > 0))
    return notDefined(`the weights of ${rows} events add up to ${total}, which is not positive`);
  const thresholds = new Float32Array(rows);
  const shares = new Float64Array(rows);
  let points = 0;
  let sum = 0;
  let highest = 0;
  let monotone = true;
  for (let i = 0; i < rows; ) {
    const score = scores[order[i]!]!;
    while (i < rows && scores[order[i]!] === score) sum += weights[order[i++]!]!;
    const share = Math.min(1, Math.max(0, sum / total));
    if (share < highest) monotone = false;
    else highest = share;
    thresholds[points] = score;
    shares[points++] = share;
  }
  // Rounding must not keep the curve from ending at 1.
  shares[points - 1] = 1;
  if (!monotone) makeMonotone(shares, points);
  return { thresholds: thresholds.subarray(0, points), shares: shares.subarray(0, points), total, rows };
}

function makeMonotone(shares: Float64Array, points: number): void {
  const below = new Float64Array(points);
  let lowest = 1;
  for (let i = points - 1; i >= 0; i--) {
    lowest = Math.min(lowest, shares[i]!);
    below[i] = lowest;
  }
  let highest = 0;
  for (let i = 0; i < points; i++) {
    highest = Math.max(highest, shares[i]!);
    shares[i] = (highest + below[i]!) / 2;
  }
}

/** The reason of the first curve that is not defined, with the name of its side. */
export function undefinedSide(
  signal: TailResult,
  background: TailResult,
): { readonly notDefined: string } | undefined {
  if (!isDefined(signal)) return notDefined(`signal: ${signal.notDefined}`);
  return isDefined(background) ? undefined : notDefined(`background: ${background.notDefined}`);
}
