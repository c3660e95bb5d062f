import { logUpperGamma } from '../incomplete-gamma.js';
import { normalDeviate } from '../normal-tail.js';
import { logPoissonTail } from './poisson-tail.js';

/**
 * Signed significance of each count against its mean, by the Poisson probability of a count as far off on its side,
 * of effective counts where the bin holds weights; 0 where that is above one half (G. Choudalakis and D. Casadei, Eur. Phys. J. Plus 127 (2012) 25).
 */
export function binResiduals(counts: Float64Array, means: Float64Array, scales: Float64Array): number[] {
  return Array.from(counts, (sum, bin) => {
    const count = sum / scales[bin]!;
    const mean = means[bin]! / scales[bin]!;
    const logP = count > mean ? logPoissonTail(count, mean) : logUpperGamma(count + 1, mean);
    if (logP >= -Math.LN2) return 0;
    return count > mean ? normalDeviate(logP) : -normalDeviate(logP);
  });
}
