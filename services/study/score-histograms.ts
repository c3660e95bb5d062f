import { histogramOf } from '../../lib/statistics/histogram.js';
import { regularAxis } from '../../lib/statistics/histogram-axis.js';
import type { ScoredPart } from '../pipeline/scored-parts.js';

const bins = 50;

/** Distributions of one score, each of unit area: bins of the background and of every signal. */
export interface ScoreHistograms {
  /** Whether edges are those of log10 of the score; where a score may be 0 or negative they are its own. */
  readonly log10: boolean;
  readonly low: number;
  readonly high: number;
  /** Shares of abs(weight) in each bin, by name; `background` is one of them. */
  readonly shares: Readonly<Record<string, readonly number[]>>;
}

/** The name of the background among the distributions. */
export const backgroundName = 'background';

/** Distributions of every score, of the test part of the background and of each signal. */
export async function scoreHistograms(
  parts: readonly ScoredPart[],
  scores: readonly string[],
): Promise<Record<string, ScoreHistograms>> {
  const byName = new Map<string, { weights: Float64Array[]; scores: Map<string, Float32Array[]> }>();
  for (const part of parts) {
    if (part.rows === 0 || part.kind === 'data') continue;
    const name = part.kind === 'background' ? backgroundName : part.sample;
    const found = byName.get(name) ?? { weights: [], scores: new Map(scores.map((score) => [score, []])) };
    byName.set(name, found);
    const read = await part.read();
    found.weights.push(read.weights.map(Math.abs));
    for (const score of scores) found.scores.get(score)!.push(read.scores[score]!);
  }
  return Object.fromEntries(scores.map((score) => [score, histogramsOf(score, byName)]));
}

function histogramsOf(
  score: string,
  byName: ReadonlyMap<string, { weights: Float64Array[]; scores: Map<string, Float32Array[]> }>,
): ScoreHistograms {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { scores } of byName.values())
    for (const values of scores.get(score)!)
      for (const value of values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  if (!Number.isFinite(low)) return { log10: false, low: 0, high: 0, shares: {} };
  const log10 = low > 0;
  const place = (value: number) => (log10 ? Math.log10(value) : value);
  const from = place(low);
  // The largest value lies in the last bin, and one value alone has a bin.
  const to = place(high) + Math.max(1e-6, 1e-6 * Math.abs(place(high)));
  const shares = [...byName].map(([name, { weights, scores }]) => {
    const sums = new Float64Array(bins);
    for (const [index, values] of scores.get(score)!.entries()) {
      const placed = Float64Array.from(values, place);
      const found = histogramOf(regularAxis(from, to, bins), placed, weights[index]!);
      for (let bin = 0; bin < bins; bin++) sums[bin]! += found.sums[bin + 1]!;
    }
    const total = sums.reduce((sum, value) => sum + value, 0);
    return [name, Array.from(sums, (value) => rounded(total > 0 ? value / total : 0))] as const;
  });
  return { log10, low: from, high: to, shares: Object.fromEntries(shares) };
}

/** Six digits are more than a picture shows, and a sum of shares needs no more. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
