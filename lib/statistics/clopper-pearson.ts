import { type Measured, notDefined } from './measured.js';

/** An interval for a probability. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** One standard deviation of a normal distribution. */
export const oneSigma = 0.6826894921370859;

/**
 * The exact central interval for the probability of which `passed` of `all` independent events are seen (C. Clopper
 * and E. Pearson, Biometrika 26 (1934) 404): quantiles of beta distributions. Counts are of events, not of weights.
 */
export function clopperPearson(
  passed: number,
  all: number,
  level = oneSigma,
): Interval | Exclude<Measured, { value: number }> {
  if (!(Number.isInteger(passed) && Number.isInteger(all) && passed >= 0 && passed <= all))
    return notDefined(`${passed} of ${all} are not counts of which the first is part of the second`);
  if (all === 0) return notDefined('no event');
  const tail = (1 - level) / 2;
  return {
    low: passed === 0 ? 0 : betaQuantile(tail, passed, all - passed + 1),
    high: passed === all ? 1 : 1 - betaQuantile(tail, all - passed, passed + 1),
  };
}

/** The x where the regularised incomplete beta function is `p`, by halving to the last bit. */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    if (incompleteBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
}

/** I_x(a, b), for x in (0, 1), by its continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  // The fraction converges fast below the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  return (betaFront(x, a, b) * betaFraction(x, a, b)) / a;
}

/**
 * x^a (1-x)^b / B(a, b) for whole a and b, as a binomial probability by C. Loader's saddle point expansion ("Fast and
 * accurate computation of binomial probabilities", 2000): a difference of logarithms of gamma functions would lose
 * digits where a + b is millions.
 */
function betaFront(x: number, a: number, b: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * (1 - x));
  return Math.exp(exponent) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

/** ln n! - ((n + 1/2) ln n - n + ln(2 pi) / 2), n whole and above 0. */
function stirlingError(n: number): number {
  if (n < 16) {
    let factorial = 1;
    for (let k = 2; k <= n; k++) factorial *= k;
    return Math.log(factorial) - ((n + 0.5) * Math.log(n) - n + Math.log(2 * Math.PI) / 2);
  }
  const square = n * n;
  return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) / n;
}

/** x ln(x / m) + m - x, without the cancellation near x = m. */
function deviance(x: number, m: number): number {
  if (Math.abs(x - m) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x;
  const v = (x - m) / (x + m);
  let sum = (x - m) * v;
  let term = 2 * x * v;
  for (let j = 3; ; j += 2) {
    term *= v * v;
    const next = sum + term / j;
    if (next === sum) return sum;
    sum = next;
  }
}

/** By W. Lentz's method (Appl. Opt. 15 (1976) 668): terms grow as sqrt(max(a, b)). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d, tiny);
    c = awayFromZero(1 + even / c, tiny);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d, tiny);
    c = awayFromZero(1 + odd / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15 || m > 100_000) return fraction;
  }
}

function awayFromZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
