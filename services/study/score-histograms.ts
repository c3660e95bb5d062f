import { histogramOf, inside } from '../../lib/statistics/histogram.js';
import { regularAxis } from '../../lib/statistics/histogram-axis.js';
import type { CollectedEvents } from '../pipeline/evaluation.js';
import type { Collected } from '../pipeline/scored-parts.js';

const bins = 50;

/** Distributions of one score, each of unit area: bins of the background and of every signal. */
export interface ScoreHistograms {
  /** Whether edges are those of log10 of the score; where a score may be 0 or negative they are its own. */
  readonly log10: boolean;
  readonly low: number;
  readonly high: number;
  /** Shares of abs(weight) in each bin, by name of the signal; `backgroundName` is one of them. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
}

/** The name of the background among the distributions; none that a sample can have. */
export const backgroundName = '(background)';

/** Distributions of every score, of the test part of the background and of each signal. */
export function scoreHistograms(
  { background, signals }: CollectedEvents,
  scores: readonly string[],
): Record<string, ScoreHistograms> {
  const filled = [[backgroundName, background] as const, ...signals].filter(
    ([, { weights }]) => weights.length > 0,
  );
  return Object.fromEntries(scores.map((score) => [score, histogramsOf(score, filled)]));
}

function histogramsOf(score: string, events: readonly (readonly [string, Collected])[]): ScoreHistograms {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const [, { scores }] of events)
    for (const value of scores[score]!) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  if (!Number.isFinite(low)) return { log10: false, low: 0, high: 0, shares: {} };
  const log10 = low > 0;
  const place = (value: number) => (log10 ? Math.log10(value) : value);
  const from = place(low);
  // The largest value lies in the last bin, and one value alone has a bin.
  const to = place(high) + Math.max(1e-6, 1e-6 * Math.abs(place(high)));
  const axis = regularAxis(from, to, bins);
  const shares = events.map(([name, { scores, weights }]) => {
    const placed = Float64Array.from(scores[score]!, place);
    const sums = inside(histogramOf(axis, placed, weights.map(Math.abs)).sums);
    const total = sums.reduce((sum, value) => sum + value, 0);
    return [name, Array.from(sums, (value) => rounded(total > 0 ? value / total : 0))] as const;
  });
  return { log10, low: from, high: to, shares: Object.fromEntries(shares) };
}

/** Six digits are more than a picture shows, and a sum of shares needs no more. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
