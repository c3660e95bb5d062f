import { normalTail } from './normal-tail.js';
import { resampledEfficiency, type SummedCurve } from './resampled-efficiency.js';

/** A curve with the sums of the squared weights at or above each distinct score. */
export interface SquaredCurve extends SummedCurve {
  readonly squares: Float64Array;
}

/** Steps in which a threshold is followed through equal scores, for each standard deviation. */
const stepsPerDeviation = 4;

/**
 * Error of the signal efficiency at background efficiency `share` that a Poisson bootstrap tends to with many events
 * and infinitely many samples, without drawing any. A slope of the curve would have to be guessed from few events;
 * instead the distribution of the replicas' threshold is written down (J. Maritz and R. Jarrett, J. Am. Stat. Assoc.
 * 73 (1978) 194, for the median): it lies below background score t where (sum of w n above t) - share (sum of w n)
 * is not above 0, n Poisson(1), and that sum is taken as normal with the mean and variance it has. The efficiency's
 * variance is that over the thresholds of what the signal keeps, plus the mean of that of what is kept at a fixed
 * threshold, linear in the signal's weights.
 *
 * Both totals are above 0. As near to the bootstrap as docs/decisions.md 22 says; too large, by a factor of up to 1.9,
 * where a signal with a third of its weights negative is clipped at 1.
 */
export function linearEfficiencyError(
  signal: SquaredCurve,
  background: SquaredCurve,
  placed: Int32Array,
  share: number,
): number {
  const value = resampledEfficiency(signal, background, placed, share);
  const total = signal.sums[signal.count - 1]!;
  const allSquares = signal.squares[signal.count - 1]!;
  // Chance that a threshold is not accounted for yet; what is kept above it, and its sum of squares.
  let left = 1;
  let y = 0;
  let squares = 0;
  let mean = 0;
  let square = 0;
  let sampling = 0;
  for (let i = 0; i < signal.count && left > 0; i++) {
    const point = placed[i]! >>> 1;
    const start = point === 0 ? 1 : Math.min(left, chanceBelow(background, share, point - 1, 1));
    const off = y - value;
    mean += (left - start) * off;
    square += (left - start) * off * off;
    sampling += (left - start) * signalSquares(y, squares, 0, 0, allSquares);
    left = start;
    const nextY = signal.sums[i]! / total;
    const inside = signal.squares[i]! - squares;
    if ((placed[i]! & 1) === 1) {
      const steps = stepsWithin(background, share, point);
      for (let step = 0; step < steps; step++) {
        const rest = Math.min(left, chanceBelow(background, share, point, (step + 1) / steps));
        const fraction = (step + 0.5) / steps;
        const kept = y + fraction * (nextY - y);
        mean += (left - rest) * (kept - value);
        square += (left - rest) * (kept - value) ** 2;
        sampling += (left - rest) * signalSquares(kept, squares, inside, fraction, allSquares);
        left = rest;
      }
    }
    y = nextY;
    squares = signal.squares[i]!;
  }
  // Below all signal everything is kept, and nothing of that is uncertain but where the threshold lies.
  mean += left * (1 - value);
  square += left * (1 - value) ** 2;
  return Math.sqrt(Math.max(0, square - mean * mean) + sampling / (total * total));
}

/** Variance of the kept weight less `kept` x all weight: squares above, at (a fraction of them kept) and below the threshold. */
function signalSquares(kept: number, above: number, inside: number, fraction: number, all: number): number {
  return above * (1 - kept) ** 2 + inside * (fraction - kept) ** 2 + (all - above - inside) * kept ** 2;
}

/** Standard deviations from the threshold to where a fraction of the events with score number `point` is kept. */
function deviations(
  { sums, squares, count }: SquaredCurve,
  share: number,
  point: number,
  fraction: number,
): number {
  const before = point === 0 ? 0 : sums[point - 1]!;
  const squaresBefore = point === 0 ? 0 : squares[point - 1]!;
  const mean = before + fraction * (sums[point]! - before) - share * sums[count - 1]!;
  const variance =
    squaresBefore * (1 - share) ** 2 +
    (squares[point]! - squaresBefore) * (fraction - share) ** 2 +
    (squares[count - 1]! - squares[point]!) * share ** 2;
  if (variance > 0) return mean / Math.sqrt(variance);
  return mean > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function chanceBelow(background: SquaredCurve, share: number, point: number, fraction: number): number {
  return normalTail(deviations(background, share, point, fraction));
}

function stepsWithin(background: SquaredCurve, share: number, point: number): number {
  const first = deviations(background, share, point, 0);
  const last = deviations(background, share, point, 1);
  // With no chance of a threshold here one step passes it.
  if (normalTail(first) === normalTail(last)) return 1;
  return Math.max(1, Math.ceil(stepsPerDeviation * Math.abs(last - first)));
}
