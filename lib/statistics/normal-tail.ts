import { logUpperGamma } from './incomplete-gamma.js';

/** Beyond this many standard deviations a tail is 0, or all. */
const farthest = 8;

/**
 * Probability that a standard normal number is above z, to 1e-7 (M. Abramowitz and I. Stegun, Handbook of Mathematical
 * Functions, 1964, formula 26.2.17); exactly 0 or 1 beyond eight standard deviations. For loops; p-values need the
 * logarithm below.
 */
export function normalTail(z: number): number {
  const x = Math.abs(z);
  if (x > farthest) return z > 0 ? 0 : 1;
  const t = 1 / (1 + 0.2316419 * x);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z > 0 ? tail : 1 - tail;
}

const halfLogTwoPi = 0.9189385332046727;

/** ln of the probability that a standard normal deviate exceeds z. */
export function logNormalTail(z: number): number {
  const beyond = logUpperGamma(0.5, (z * z) / 2) - Math.LN2;
  return z >= 0 ? beyond : Math.log1p(-Math.exp(beyond));
}

/**
 * The z that a standard normal deviate exceeds with probability exp(logP), logP < 0: how a p-value becomes a
 * significance, one-sided. Newton's method on the logarithm of the tail, which is concave and nearly a parabola.
 */
export function normalDeviate(logP: number): number {
  if (logP > -Math.LN2) return -normalDeviate(Math.log(-Math.expm1(logP)));
  let z = Math.sqrt(Math.max(0, -2 * (logP + Math.LN2)));
  for (let round = 0; round < 60; round++) {
    const tail = logNormalTail(z);
    const slope = Math.exp(-(z * z) / 2 - halfLogTwoPi - tail);
    const step = (tail - logP) / slope;
    z += step;
    if (Math.abs(step) <= 1e-14 * (1 + z)) break;
  }
  return z;
}
