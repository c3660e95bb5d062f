import { oneSigma } from './distributions.js';
import type { Content } from './histogram.js';
import { betaQuantile } from './incomplete-beta.js';
import { notDefined } from './measured.js';
import { effectiveEvents } from './weighted.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type IntervalResult = Interval | { readonly notDefined: string };

/**
 * The interval of Clopper and Pearson for an efficiency (Biometrika 26 (1934) 404): it covers with `level` or more
 * whatever the true efficiency. `passed` of `total` events need not be whole numbers.
 */
export function clopperPearson(passed: number, total: number, level = oneSigma): IntervalResult {
  if (!(total > 0 && Number.isFinite(total))) return notDefined(`${total} events have no efficiency`);
  if (!(passed >= 0 && passed <= total))
    return notDefined(`${passed} of ${total} events are no share of them`);
  if (!(level > 0 && level < 1)) return notDefined(`a confidence level of ${level} is not between 0 and 1`);
  const tail = (1 - level) / 2;
  return {
    low: passed === 0 ? 0 : betaQuantile(tail, passed, total - passed + 1),
    high: passed === total ? 1 : betaQuantile(1 - tail, passed + 1, total - passed),
  };
}

/**
 * The same for weighted events: the total counts as its effective number n = (sum w)^2 / sum w^2, of which the share
 * of the weight, n x passed / total, has passed. With equal weights that is the interval of the numbers of events;
 * with others coverage is approximate. Signed weights may make a share outside 0 to 1, which has no interval.
 */
export function weightedClopperPearson(
  passed: Pick<Content, 'sum'>,
  total: Pick<Content, 'sum' | 'square'>,
  level = oneSigma,
): IntervalResult {
  if (!(total.sum > 0)) return notDefined(`the weights add up to ${total.sum}, which is not positive`);
  const share = passed.sum / total.sum;
  if (!(share >= 0 && share <= 1)) return notDefined(`a share of ${share} is not between 0 and 1`);
  const events = effectiveEvents(total.sum, total.square);
  return clopperPearson(share === 1 ? events : share * events, events, level);
}
