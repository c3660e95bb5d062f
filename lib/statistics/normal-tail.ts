import { logUpperGamma } from './incomplete-gamma.js';

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
