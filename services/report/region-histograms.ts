import { emptyHistogram, type Histogram, mergeHistograms } from '../../lib/statistics/histogram.js';
import type { Axis, RegularAxis } from '../../lib/statistics/histogram-axis.js';
import { isDefined } from '../../lib/statistics/measured.js';
import { scoreExpression } from './binned.js';
import type { ReportContext } from './context.js';
import type { Region } from './regions.js';
import type { ReportSample } from './samples.js';
import { type BySample, type Cuts, joined, slicedHistograms } from './sliced.js';

/** Histograms of one quantity by sample, of all rows and in each region. */
export interface RegionHistograms {
  readonly axis: RegularAxis;
  readonly inclusive: BySample;
  /** By region id; regions whose threshold is not defined are absent. */
  readonly byRegion: ReadonlyMap<string, BySample>;
}

/**
 * Regions overlap, so the rows are cut into slices between the thresholds, and a region is the sum of those above its
 * own: one pass over the score files for all regions.
 * @throws report_query_failed
 */
export async function regionHistograms(
  { table, score, regions }: Pick<ReportContext, 'table' | 'score' | 'regions'>,
  expression: string,
  axis: RegularAxis,
): Promise<RegionHistograms> {
  const cuts = cutsOf(score, regions.all);
  const slices = await slicedHistograms(table, expression, axis, cuts);
  const byRegion = new Map<string, BySample>();
  for (const { id, threshold } of regions.all) {
    if (!isDefined(threshold)) continue;
    byRegion.set(id, joined(slices.slice(cuts.thresholds.indexOf(threshold.value) + 1)));
  }
  return { axis, inclusive: joined(slices), byRegion };
}

/** The thresholds of regions as cuts of the score. */
export function cutsOf(score: string, regions: readonly Region[]): Cuts {
  const defined = regions.flatMap(({ threshold }) => (isDefined(threshold) ? [threshold.value] : []));
  return {
    expression: scoreExpression(score),
    thresholds: [...new Set(defined)].sort((a, b) => a - b),
  };
}

/** The histogram of one sample; an empty one where it has no row. */
export function histogramOfSample(histograms: BySample, name: string, axis: Axis): Histogram {
  return histograms.get(name) ?? emptyHistogram(axis);
}

/** The sum over samples. */
export function histogramOfSamples(
  histograms: BySample,
  samples: readonly ReportSample[],
  axis: Axis,
): Histogram {
  return mergeHistograms([
    emptyHistogram(axis),
    ...samples.map(({ name }) => histogramOfSample(histograms, name, axis)),
  ]);
}
