import { invariant } from '../base/error.js';
import { chiSquareTail } from './distributions.js';
import { type Content, type Histogram, integral } from './histogram.js';
import { sameAxis } from './histogram-axis.js';
import { joinLowBins } from './join-bins.js';
import { notDefined } from './measured.js';

export interface ChiSquare {
  readonly chi2: number;
  /** Degrees of freedom: bins that take part, less 1 for the common normalisation. */
  readonly ndf: number;
  /** P(chi2 or more) where both are drawn from one distribution. */
  readonly p: number;
}

export type ChiSquareResult = ChiSquare | { readonly notDefined: string };

export interface ChiSquareOptions {
  /**
   * `data-weighted`: the first holds unweighted events (data), the second weighted ones; `weighted`: both weighted;
   * `data`: neither.
   */
  readonly kind: 'data-weighted' | 'weighted' | 'data';
  /** Effective events that a bin must have in both; neighbours are joined until they do (joinLowBins). 0: none are. */
  readonly minimumEvents: number;
  /** Underflow and overflow take part as bins. */
  readonly flow: boolean;
}

/** 10 effective events a bin, as N. Gagunashvili asks of weighted histograms for the asymptotic distribution. */
export const chiSquareDefaults: ChiSquareOptions = { kind: 'data-weighted', minimumEvents: 10, flow: true };

/**
 * Chi-square test that two histograms have one shape, whatever their normalisations: N. Gagunashvili, "Comparison of
 * weighted and unweighted histograms" (arXiv:physics/0605123, 2006), the definitions of ROOT's TH1::Chi2Test UW, WW
 * and UU. Bins that are empty in both take no part. Where a bin without data has the best common probability 0, that
 * is taken, while ROOT adds an event to it and to the total.
 */
export function chiSquare(
  first: Histogram,
  second: Histogram,
  options: ChiSquareOptions = chiSquareDefaults,
): ChiSquareResult {
  invariant(sameAxis(first.axis, second.axis), 'histograms of different edges cannot be compared');
  const { starts, end } = joinLowBins(first, second, options.minimumEvents, options.flow);
  const total1 = integral(first, starts[0], end);
  const total2 = integral(second, starts[0], end);
  if (!(total1.sum > 0))
    return notDefined(`the first histogram adds up to ${total1.sum}, which is not positive`);
  if (!(total2.sum > 0))
    return notDefined(`the second histogram adds up to ${total2.sum}, which is not positive`);
  const term = terms[options.kind];
  let chi2 = 0;
  let ndf = -1;
  starts.forEach((start, i) => {
    const to = starts[i + 1] ?? end;
    const bin1 = integral(first, start, to);
    const bin2 = integral(second, start, to);
    if (bin1.sum === 0 && bin2.sum === 0) return;
    chi2 += term(bin1, bin2, total1, total2);
    ndf += 1;
  });
  if (ndf < 1) return notDefined('fewer than 2 bins are filled well enough to compare shapes');
  return Number.isFinite(chi2)
    ? { chi2, ndf, p: chiSquareTail(chi2, ndf) }
    : notDefined('a bin has a sum of weights but no variance');
}

type Term = (bin1: Content, bin2: Content, total1: Content, total2: Content) => number;

const terms: Readonly<Record<ChiSquareOptions['kind'], Term>> = {
  data: (bin1, bin2, { sum: n }, { sum: m }) =>
    (m * bin1.sum - n * bin2.sum) ** 2 / (n * m * (bin1.sum + bin2.sum)),
  weighted: (bin1, bin2, { sum: w1 }, { sum: w2 }) =>
    (w2 * bin1.sum - w1 * bin2.sum) ** 2 / (w1 * w1 * bin2.square + w2 * w2 * bin1.square),
  'data-weighted': dataTerm,
};

/** With the bin's common probability as the maximum-likelihood estimate (equation 9 of the paper). */
function dataTerm(bin1: Content, bin2: Content, { sum: n }: Content, total2: Content): number {
  const w = total2.sum;
  // A bin without simulated events has the variance of one event of the weight (sum w^2) / (sum w). (ROOT takes that
  // weight itself, whereby chi2 depends on its unit.)
  const square = bin2.square > 0 ? bin2.square : (total2.square / w) ** 2;
  const linear = w * bin2.sum - n * square;
  const root = Math.sqrt(linear * linear + 4 * w * w * bin1.sum * square);
  // The two forms of one root; each loses digits where the other does not.
  const probability =
    linear > 0
      ? (linear + root) / (2 * w * w)
      : root === linear
        ? 0
        : (2 * bin1.sum * square) / (root - linear);
  const expected = n * probability;
  const data = bin1.sum === 0 ? expected : (bin1.sum - expected) ** 2 / expected;
  return data + (bin2.sum - w * probability) ** 2 / square;
}
