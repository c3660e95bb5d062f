import { type Measured, notDefined } from './measured.js';

/** s / sqrt(b): the median significance for s well below b (G. Cowan et al., Eur. Phys. J. C 71 (2011) 1554). */
export function simpleSignificance(signal: number, background: number): Measured {
  return yieldProblem(signal, background) ?? finite(signal / Math.sqrt(background));
}

/**
 * Median significance of a counting experiment with a known background, from the Asimov data set:
 * sqrt(2 ((s + b) ln(1 + s/b) - s)) (G. Cowan et al., Eur. Phys. J. C 71 (2011) 1554, eq. 97).
 */
export function asimovSignificance(signal: number, background: number): Measured {
  return yieldProblem(signal, background) ?? finite(Math.sqrt(2 * background * excess(signal / background)));
}

/**
 * The same with a background known to `sigma`, an absolute error (G. Cowan, "Discovery sensitivity for a counting
 * experiment with background uncertainty", 2012; T.-P. Li and Y.-Q. Ma, Astrophys. J. 272 (1983) 317):
 * sqrt(2 ((s+b) ln((s+b)(b+v) / (b^2+(s+b)v)) - b^2/v ln(1 + v s / (b(b+v))))), v = sigma^2.
 *
 * That difference loses everything where s is small; here it is the sum of the two Poisson terms it stands for,
 * of s + b events in the region and b^2/v in the side band, against the common fit `fitted`. With sigma 0 it is
 * asimovSignificance.
 */
export function asimovSignificanceWithError(signal: number, background: number, sigma: number): Measured {
  const problem = yieldProblem(signal, background);
  if (problem !== undefined) return problem;
  if (!(sigma >= 0 && Number.isFinite(sigma)))
    return notDefined(`a background uncertainty of ${sigma} is not a finite number from 0 up`);
  // Side-band events per event of background, inverse: variance over Poisson variance.
  const ratio = sigma * (sigma / background);
  if (ratio === 0) return asimovSignificance(signal, background);
  // For the largest ratios 1 / (1 + ratio) is 0 and the limit is Z = 0.
  const share = ratio === Number.POSITIVE_INFINITY ? 1 : ratio / (1 + ratio);
  const fitted = background + signal * share;
  const region = fitted * excess((signal * (1 / (1 + ratio))) / fitted);
  const sideBand = (fitted / ratio) * excess((-signal * share) / fitted);
  return finite(Math.sqrt(2 * (region + sideBand)));
}

/** (1 + x) ln(1 + x) - x, for x from -1 up, to full relative precision. */
function excess(x: number): number {
  if (x <= -1) return 1;
  if (Math.abs(x) > 0.1) return (1 + x) * Math.log1p(x) - x;
  // x^2/2 - x^3/6 + x^4/12 - ...: without the cancellation.
  let power = x * x;
  let sum = 0;
  for (let k = 2; k < 20; k++) {
    sum += power / (k * (k - 1));
    power *= -x;
  }
  return sum;
}

/** Why there is no significance for these yields, if so. */
function yieldProblem(signal: number, background: number): Measured | undefined {
  if (!Number.isFinite(signal)) return notDefined(`a signal of ${signal} events is not finite`);
  if (!Number.isFinite(background)) return notDefined(`a background of ${background} events is not finite`);
  if (signal < 0) return notDefined(`the signal is negative (${signal.toPrecision(4)} events)`);
  if (background < 0) return notDefined(`the background is negative (${background.toPrecision(4)} events)`);
  return background === 0 ? notDefined('the background is 0') : undefined;
}

function finite(value: number): Measured {
  return Number.isFinite(value) ? { value } : notDefined('the yields are beyond the range of numbers');
}
