import { invariant } from '../base/error.js';
import { poissonDeviance, stirlingRest } from './incomplete-gamma.js';

const smallest = 1e-300;

/**
 * The x with P(X <= x) = p of the beta distribution, by halving the exponent, then the interval: to 1e-9 and better
 * also where x is tiny or a + b large.
 */
export function betaQuantile(p: number, a: number, b: number): number {
  invariant(p >= 0 && p <= 1 && a > 0 && b > 0, `beta quantile of ${p} for ${a} and ${b}`);
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  while (high - low > 2e-16 * high) {
    const middle = low === 0 && high > 1e-290 ? high / 2 : (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (incompleteBeta(a, b, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Regularised incomplete beta function I_x(a, b): P(X >= a) of a binomial X of a + b - 1 trials. */
function incompleteBeta(a: number, b: number, x: number): number {
  return x * (a + b + 2) < a + 1 ? betaFraction(a, b, x) : 1 - betaFraction(b, a, 1 - x);
}

/** Continued fraction of Abramowitz and Stegun 26.5.8, by Lentz' method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    h *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    h *= c * d;
    if (Math.abs(c * d - 1) < 4e-16) break;
  }
  return (betaFactor(a, b, x) * h) / a;
}

/** x^a (1 - x)^b / B(a, b), as C. Loader writes a binomial probability: no large logarithms cancel. */
function betaFactor(a: number, b: number, x: number): number {
  const n = a + b;
  const log =
    stirlingRest(n) -
    stirlingRest(a) -
    stirlingRest(b) -
    poissonDeviance(a, n * x) -
    poissonDeviance(b, n * (1 - x));
  return Math.exp(log) * Math.sqrt((a * b) / (2 * Math.PI * n));
}

function notZero(value: number): number {
  return Math.abs(value) < smallest ? smallest : value;
}
