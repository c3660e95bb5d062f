/** Beyond this many standard deviations a tail is 0, or all. */
const farthest = 8;

/**
 * Probability that a standard normal number is above z, to 1e-7 (M. Abramowitz and I. Stegun, Handbook of Mathematical
 * Functions, 1964, formula 26.2.17); exactly 0 or 1 beyond eight standard deviations.
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
