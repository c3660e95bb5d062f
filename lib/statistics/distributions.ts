import { compiled, kolmogorov, ndtr, ndtri } from 'cephes';
import { invariant } from '../base/error.js';
import { logUpperGamma } from './incomplete-gamma.js';

// The package compiles its WebAssembly in the background; before, no function of it is there.
await compiled;

/** The level of an interval of one standard deviation to each side: P(|Z| < 1). */
export const oneSigma = 0.6826894921370859;

/**
 * P(chi2 >= value) with `degrees` degrees of freedom; 0 where it is below the smallest double (Cephes' own igamc
 * throws there).
 */
export function chiSquareTail(value: number, degrees: number): number {
  invariant(value >= 0 && degrees > 0, `chi2 of ${value} with ${degrees} degrees of freedom`);
  return Math.exp(logUpperGamma(degrees / 2, value / 2));
}

/** P(Z >= z) of the standard normal distribution. */
export function normalTail(z: number): number {
  return ndtr(-z);
}

/** The z with P(Z >= z) = p: the significance of a one-sided p-value, from infinity at 0 to -infinity at 1. */
export function normalTailQuantile(p: number): number {
  invariant(p >= 0 && p <= 1, `a probability of ${p}`);
  if (p === 0) return Number.POSITIVE_INFINITY;
  if (p === 1) return Number.NEGATIVE_INFINITY;
  return p === 0.5 ? 0 : -ndtri(p);
}

/** P(K >= x) of Kolmogorov's limiting distribution: 2 sum (-1)^(k-1) exp(-2 k^2 x^2). */
export function kolmogorovTail(x: number): number {
  // Below, the tail is 1 to all digits and its series does not converge.
  return x < 0.1 ? 1 : Math.min(1, Math.max(0, kolmogorov(x)));
}
