import { type Measured, notDefined } from './measured.js';

/** A sample by distinct score, falling: sums of signed weights and of squared weights. */
export interface SummedScores {
  readonly scores: Float32Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Statistical error of the area under the curve from sums by score, for samples too large to be kept by event: the
 * infinitesimal jackknife (B. Efron, SIAM 1982, chapter 6; for unweighted events E. DeLong et al., Biometrics 44
 * (1988) 837, up to their n - 1). An event of weight w changes the area by w (p - A) / W, W its sample's weight and p
 * the share of the other sample's weight on its wrong side, ties half; the variance is the sum of the squares. Of the
 * raw signed shares, before they are made monotone (see TailCurve). Scores that fall into one bin count as ties.
 */
export function areaError(signal: SummedScores, background: SummedScores): Measured {
  const signalTotal = total(signal.sums);
  const backgroundTotal = total(background.sums);
  if (!(signalTotal > 0 && backgroundTotal > 0))
    return notDefined('the weights of a sample add up to nothing positive');
  const below = shares(signal.scores, background, backgroundTotal, 'below');
  const above = shares(background.scores, signal, signalTotal, 'above');
  let area = 0;
  for (let i = 0; i < below.length; i++) area += (signal.sums[i]! / signalTotal) * below[i]!;
  return {
    value: Math.sqrt(
      spread(below, signal.squares, area) / signalTotal ** 2 +
        spread(above, background.squares, area) / backgroundTotal ** 2,
    ),
  };
}

function total(sums: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < sums.length; i++) sum += sums[i]!;
  return sum;
}

/** For each of the falling scores the share of the other sample's weight below or above it, ties half. */
function shares(
  scores: Float32Array,
  other: SummedScores,
  otherTotal: number,
  side: 'below' | 'above',
): Float64Array {
  const found = new Float64Array(scores.length);
  let at = 0;
  let above = 0;
  for (let i = 0; i < scores.length; i++) {
    while (at < other.scores.length && other.scores[at]! > scores[i]!) above += other.sums[at++]!;
    const level = at < other.scores.length && other.scores[at] === scores[i] ? other.sums[at]! : 0;
    const share = (above + level / 2) / otherTotal;
    found[i] = side === 'above' ? share : 1 - share;
  }
  return found;
}

function spread(values: Float64Array, squares: Float64Array, middle: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += squares[i]! * (values[i]! - middle) ** 2;
  return sum;
}
