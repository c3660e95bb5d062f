import { invariant } from '../base/error.js';
import { logUpperGamma } from './incomplete-gamma.js';
import { logNormalTail, normalDeviate } from './normal-tail.js';

/** The level of an interval of one standard deviation to each side: P(|Z| < 1). */
export const oneSigma = 0.6826894921370859;

/** P(chi2 >= value) with `degrees` degrees of freedom; 0 where it is below the smallest double. */
export function chiSquareTail(value: number, degrees: number): number {
  invariant(value >= 0 && degrees > 0, `chi2 of ${value} with ${degrees} degrees of freedom`);
  return Math.exp(logUpperGamma(degrees / 2, value / 2));
}

/** P(Z >= z) of the standard normal distribution, to all digits (normal-tail.ts has a fast one for loops). */
export function normalTail(z: number): number {
  return Math.exp(logNormalTail(z));
}

/** The z with P(Z >= z) = p: the significance of a one-sided p-value, from infinity at 0 to -infinity at 1. */
export function normalTailQuantile(p: number): number {
  invariant(p >= 0 && p <= 1, `a probability of ${p}`);
  if (p === 0) return Number.POSITIVE_INFINITY;
  if (p === 1) return Number.NEGATIVE_INFINITY;
  return normalDeviate(Math.log(p));
}

/**
 * P(K >= x) of Kolmogorov's limiting distribution, 2 sum (-1)^(k-1) exp(-2 k^2 x^2); for small x the other form of the
 * same function, sqrt(2 pi) / x sum exp(-(2k-1)^2 pi^2 / (8 x^2)) for what is below.
 */
export function kolmogorovTail(x: number): number {
  // Below, the tail is 1 to all digits.
  if (x < 0.1) return 1;
  if (x < 1.18) {
    const t = Math.exp(-(Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (t + t ** 9 + t ** 25 + t ** 49);
  }
  let sum = 0;
  for (let k = 1; k < 10; k++) sum += (k % 2 === 1 ? 1 : -1) * Math.exp(-2 * k * k * x * x);
  return 2 * sum;
}
