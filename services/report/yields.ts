import { type IntervalResult, weightedClopperPearson } from '../../lib/statistics/clopper-pearson.js';
import { integral } from '../../lib/statistics/histogram.js';
import { type Measured, notDefined } from '../../lib/statistics/measured.js';
import { histogramOfSample, histogramOfSamples, type RegionHistograms } from './region-histograms.js';
import { type ReportSample, shown } from './samples.js';
import type { BySample } from './sliced.js';

/** What a sample leaves somewhere. */
export interface Yield {
  /** Sum of signed weights at the full luminosity. */
  readonly value: number;
  /** Its statistical error, sqrt(sum w^2). */
  readonly error: number;
  readonly rows: number;
}

/** A sample, or the sum of all backgrounds, in one region. */
export interface RegionYield {
  readonly region: string;
  readonly yield: Yield;
  /** Share of the sample's weight that is in the region, and the interval of 68.27 % of it (weightedClopperPearson). */
  readonly efficiency: Measured;
  readonly interval: IntervalResult;
}

export interface SampleYields {
  /** Sample, or "all background". */
  readonly name: string;
  readonly kind: ReportSample['kind'];
  readonly all: Yield;
  readonly regions: readonly RegionYield[];
}

export const allBackground = 'all background';

/** Yields by sample in every region that has a threshold, with all backgrounds together after the last of them. */
export function yieldsOf(histograms: RegionHistograms, samples: readonly ReportSample[]): SampleYields[] {
  const { axis } = histograms;
  const made = (name: string, kind: ReportSample['kind'], of: (part: BySample) => Yield): SampleYields => {
    const all = of(histograms.inclusive);
    return {
      name,
      kind,
      all,
      regions: [...histograms.byRegion].map(([region, part]) => {
        const found = of(part);
        return { region, yield: found, efficiency: share(found, all), interval: intervalOf(found, all) };
      }),
    };
  };
  const bySample = (kind: ReportSample['kind']) =>
    shown(samples, kind).map(({ name }) =>
      made(name, kind, (part) => yieldOf(histogramOfSample(part, name, axis))),
    );
  const background = shown(samples, 'background');
  return [
    ...bySample('background'),
    ...(background.length === 0
      ? []
      : [made(allBackground, 'background', (part) => yieldOf(histogramOfSamples(part, background, axis)))]),
    ...bySample('signal'),
    ...bySample('data'),
  ];
}

/** What a whole histogram holds, below and above its bins too. */
export function yieldOf(histogram: Parameters<typeof integral>[0]): Yield {
  const { sum, square, count } = integral(histogram);
  return { value: sum, error: Math.sqrt(square), rows: count };
}

/** By the effective number of events: coverage is approximate where weights differ. */
function intervalOf(part: Yield, all: Yield): IntervalResult {
  return weightedClopperPearson({ sum: part.value }, { sum: all.value, square: all.error ** 2 });
}

function share(part: Yield, all: Yield): Measured {
  if (all.rows === 0) return notDefined('the sample has no row');
  return all.value > 0
    ? { value: part.value / all.value }
    : notDefined(`the weights of the sample add up to ${all.value.toPrecision(4)}, which is not positive`);
}
