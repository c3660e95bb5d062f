import type { Config } from '../../lib/config/index.js';
import type { BumpOptions, MassObservable } from '../../lib/statistics/bump/bump-options.js';
import type { MassSpectrum } from '../../lib/statistics/bump/bump-search.js';
import { hasPeak } from '../../lib/statistics/bump/peak.js';
import { compareWithWhole } from '../../lib/statistics/bump/sculpting.js';
import { massEdges } from '../../lib/statistics/bump/spectrum.js';
import { type Histogram, inside, integral, scaleHistogram } from '../../lib/statistics/histogram.js';
import { regularAxis, type VariableAxis, variableAxis } from '../../lib/statistics/histogram-axis.js';
import type { ReportContext } from './context.js';
import { histogramOfSample, histogramOfSamples, regionHistograms } from './region-histograms.js';
import { type ReportSample, shown } from './samples.js';
import type { BySample } from './sliced.js';

/** The region that is none: all selected events. */
export const inclusive = { id: 'inclusive', label: 'all events' };

/** A mass in one region: what is searched, and what it is drawn and judged with. */
export interface RegionSpectrum {
  readonly region: { readonly id: string; readonly label: string };
  readonly observable: MassObservable;
  readonly axis: VariableAxis;
  readonly searched: MassSpectrum;
  /** Background of simulation in the scale of what is searched. */
  readonly expected: Histogram;
  /** As in the score files, by sample. */
  readonly bySample: BySample;
}

/** All spectra of one mass. */
export interface ObservableSpectra {
  readonly observable: MassObservable;
  readonly spectra: readonly RegionSpectrum[];
  /** Signals that have a peak in it, of all events. */
  readonly peaked: readonly string[];
  /** Selected events that have this mass; 0 for mlll of two leptons. */
  readonly rows: number;
}

type Settings = Pick<Config['report'], 'bump_bin_width' | 'bump_mass_to'>;

/** Bins in equal ratios over the range of the search. */
export function massAxis(
  [from, to]: readonly [number, number],
  { bump_bin_width: width }: Settings,
): VariableAxis {
  const bins = Math.max(1, Math.round(Math.log(to / from) / Math.log1p(width)));
  return variableAxis(massEdges(from, to, bins));
}

/**
 * The spectra of a mass, of all events and in every region, in one pass over the score files: of the data where there
 * are some, else of the expected events.
 * @throws report_query_failed
 */
export async function massSpectra(
  context: ReportContext,
  observable: MassObservable,
  { range, maxWidth }: Pick<BumpOptions, 'range' | 'maxWidth'>,
): Promise<ObservableSpectra> {
  const { samples, regions, dataScale, settings } = context;
  const axis = massAxis(range[observable], settings);
  const [from, to] = [axis.edges[0]!, axis.edges[axis.bins]!];
  // Bins in equal ratios are equal bins of the logarithm, which a mass of 0 has not.
  const counted = await regionHistograms(
    context,
    `case when ${observable} > 0 then log10(${observable}::double) end`,
    regularAxis(Math.log10(from), Math.log10(to), axis.bins),
  );
  const whole = inMass(counted.inclusive, axis);
  const background = shown(samples, 'background');
  const ofWhole = histogramOfSamples(whole, background, axis);
  const signals = shown(samples, 'signal').filter(({ name }) => isPeaked(whole.get(name), maxWidth));
  const scale = dataScale ?? 1;
  const spectrumIn = (region: RegionSpectrum['region'], bySample: BySample): RegionSpectrum => {
    const own = histogramOfSamples(bySample, background, axis);
    const expected = scaleHistogram(own, scale);
    const shape =
      region === inclusive
        ? { notDefined: 'it is the inclusive spectrum' }
        : compareWithWhole(binsOf(own), binsOf(ofWhole));
    return {
      region,
      observable,
      axis,
      expected,
      bySample,
      searched: {
        region: region.id,
        observable,
        edges: axis.edges,
        ...(dataScale === undefined
          ? asExpected(expected)
          : { counts: inside(histogramOfSamples(bySample, shown(samples, 'data'), axis).sums) }),
        signals: templates(bySample, signals, axis, scale),
        shape,
      },
    };
  };
  const inRegions = regions.all.flatMap((region) => {
    const found = counted.byRegion.get(region.id);
    return found === undefined ? [] : [spectrumIn(region, inMass(found, axis))];
  });
  return {
    observable,
    spectra: [spectrumIn(inclusive, whole), ...inRegions],
    peaked: signals.map(({ name }) => name),
    rows: [...whole.values()].reduce((sum, histogram) => sum + integral(histogram).count, 0),
  };
}

/**
 * Expected events as they are searched: known as well as counts of that size would be, or as well as the simulation is
 * where that is worse.
 */
export function asExpected(expected: Histogram): Required<Pick<MassSpectrum, 'counts' | 'variances'>> {
  const counts = inside(expected.sums);
  const variances = inside(expected.squares).map((square, bin) => Math.max(square, counts[bin]!));
  return { counts, variances };
}

function templates(
  bySample: BySample,
  signals: readonly ReportSample[],
  axis: VariableAxis,
  scale: number,
): NonNullable<MassSpectrum['signals']> {
  return signals.map(({ name }) => ({
    name,
    counts: inside(scaleHistogram(histogramOfSample(bySample, name, axis), scale).sums),
  }));
}

function isPeaked(histogram: Histogram | undefined, maxWidth: number): boolean {
  if (histogram === undefined) return false;
  const all = integral(histogram).sum + histogram.missing.sum;
  return hasPeak(inside(histogram.sums), inside(histogram.counts), all, maxWidth);
}

function inMass(histograms: BySample, axis: VariableAxis): BySample {
  return new Map([...histograms].map(([name, histogram]) => [name, { ...histogram, axis }]));
}

function binsOf({ sums, squares }: Histogram) {
  return { sums: inside(sums), squares: inside(squares) };
}
