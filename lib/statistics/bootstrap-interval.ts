import type { IntervalResult } from './clopper-pearson.js';
import { oneSigma } from './distributions.js';
import { notDefined } from './measured.js';
import { definedReplicas } from './paired-bootstrap.js';

/**
 * The central interval of bootstrap replicas, NaN where a replica is not defined (PairedBootstrap.areas): the
 * (1 - level) / 2 quantiles from both ends, linear between replicas as numpy.quantile (B. Efron's percentile method,
 * SIAM 1982, chapter 10). Unlike a standard deviation it stays within what the figure can be, as an area in [0, 1].
 */
export function bootstrapInterval(replicas: Float64Array, level = oneSigma): IntervalResult {
  if (!(level > 0 && level < 1)) return notDefined(`a confidence level of ${level} is not between 0 and 1`);
  const found = definedReplicas(replicas);
  if ('notDefined' in found) return found;
  const sorted = found.slice().sort();
  const tail = (1 - level) / 2;
  return { low: linearQuantile(sorted, tail), high: linearQuantile(sorted, 1 - tail) };
}

function linearQuantile(sorted: Float64Array, level: number): number {
  const at = level * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
}
