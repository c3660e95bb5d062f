import { logLowerGamma } from '../incomplete-gamma.js';

/**
 * ln of the probability that a Poisson count of this mean is `n` or more: ln P(n, mean). Of an n that is no whole
 * number, as expected events are, the same function. Without events 0, whatever the mean.
 */
export function logPoissonTail(n: number, mean: number): number {
  return n <= 0 ? 0 : logLowerGamma(n, mean);
}
