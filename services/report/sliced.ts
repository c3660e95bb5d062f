import { addHistogram, emptyHistogram, type Histogram } from '../../lib/statistics/histogram.js';
import type { RegularAxis } from '../../lib/statistics/histogram-axis.js';
import { placeSql } from './binned.js';
import { numbers, real, type ScoreTable, texts } from './score-table.js';

/** Histograms of one axis by sample. */
export type BySample = ReadonlyMap<string, Histogram>;

/** Cuts of a quantity, rising and distinct: slice k holds rows above k of them. */
export interface Cuts {
  /** SQL over the columns of `rows`. */
  readonly expression: string;
  readonly thresholds: readonly number[];
}

/**
 * Histograms of a quantity by sample in every slice between cuts, in one pass over the score files. No row is in two
 * slices. Rows where the quantity is absent (mlll of two leptons) are in `missing`.
 * @param expression SQL over the columns of `rows`
 * @returns one map for each slice, thresholds + 1 of them
 * @throws report_query_failed
 */
export async function slicedHistograms(
  table: ScoreTable,
  expression: string,
  axis: RegularAxis,
  { expression: cutExpression, thresholds }: Cuts,
): Promise<BySample[]> {
  const place = placeSql(expression, { low: axis.low, high: axis.high, count: axis.bins });
  const above = thresholds.map((cut) => `((${cutExpression})::double > ${real(cut)})::integer`);
  const answer = await table.query(
    `select sample, (${['0', ...above].join(' + ')}) as slice, (${place})::integer as place,
     sum(w)::double as w, sum(w * w)::double as w2, count(*)::double as n from rows group by all order by all`,
  );
  const [slice, place_, w, w2, n] = ['slice', 'place', 'w', 'w2', 'n'].map((name) =>
    numbers(answer, name),
  ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const slices = Array.from({ length: thresholds.length + 1 }, () => new Map<string, Histogram>());
  texts(answer, 'sample').forEach((sample, row) => {
    const bySample = slices[slice[row]!]!;
    let histogram = bySample.get(sample);
    if (histogram === undefined) {
      histogram = emptyHistogram(axis);
      bySample.set(sample, histogram);
    }
    const at = place_[row]!;
    if (Number.isNaN(at)) {
      histogram.missing.sum += w[row]!;
      histogram.missing.square += w2[row]!;
      histogram.missing.count += n[row]!;
      return;
    }
    histogram.sums[at]! += w[row]!;
    histogram.squares[at]! += w2[row]!;
    histogram.counts[at]! += n[row]!;
  });
  return slices;
}

/** Several parts as one, sample by sample. */
export function joined(parts: readonly BySample[]): BySample {
  const sum = new Map<string, Histogram>();
  for (const part of parts) {
    for (const [sample, histogram] of part) {
      let into = sum.get(sample);
      if (into === undefined) {
        into = emptyHistogram(histogram.axis);
        sum.set(sample, into);
      }
      addHistogram(into, histogram);
    }
  }
  return sum;
}
