import {
  type Histogram,
  inside,
  integral,
  mergeHistograms,
  scaleHistogram,
} from '../../lib/statistics/histogram.js';
import type { Axis } from '../../lib/statistics/histogram-axis.js';
import { withOverflow } from './display-bins.js';
import { othersColour, sampleStyles } from './figures/processes.js';
import type { Layer, StackedFigure } from './figures/stacked.js';
import { type ReportSample, shown } from './samples.js';
import type { BySample } from './sliced.js';

export interface LayerOptions {
  readonly samples: readonly ReportSample[];
  /** Simulation is multiplied by it. */
  readonly scale: number;
  readonly withData: boolean;
  /** So many signals, those of the largest content; all unless told. */
  readonly mostLines?: number;
  /** The last bin holds what lies above it too. */
  readonly overflow: boolean;
}

/** What a stacked figure shows of some histograms, all of one axis. */
export function layersOf(
  histograms: BySample,
  axis: Axis,
  { samples, scale, withData, mostLines, overflow }: LayerOptions,
): Pick<StackedFigure, 'edges' | 'stack' | 'stackErrors' | 'lines' | 'data'> {
  const styles = sampleStyles(samples);
  const layer = (label: string, name: string, histogram: Histogram): Layer => ({
    label,
    ...styles.get(name)!,
    values: inside(drawn(histogram, overflow).sums),
  });
  const content = (sample: ReportSample) => {
    const histogram = histograms.get(sample.name);
    return histogram === undefined
      ? []
      : [{ name: sample.name, histogram: scaleHistogram(histogram, scale) }];
  };
  const background = shown(samples, 'background').flatMap(content);
  // Those without a colour of their own are one layer.
  const named = background.filter(({ name }) => styles.get(name)!.colour !== othersColour);
  const others = background.filter((part) => !named.includes(part));
  const parts = named.map(({ name, histogram }) => ({ label: name, name, histogram }));
  if (others.length > 0) {
    parts.push({
      label: others.length === 1 ? others[0]!.name : 'other processes',
      name: others[0]!.name,
      histogram: mergeHistograms(others.map(({ histogram }) => histogram)),
    });
  }
  const stack = parts
    .sort((a, b) => integral(a.histogram).sum - integral(b.histogram).sum)
    .map(({ label, name, histogram }) => layer(label, name, histogram));
  const signals = shown(samples, 'signal').flatMap(content);
  const largest = [...signals]
    .sort((a, b) => integral(b.histogram).sum - integral(a.histogram).sum)
    .slice(0, mostLines ?? signals.length);
  const data = withData ? shown(samples, 'data').flatMap(({ name }) => histograms.get(name) ?? []) : [];
  const errors = (found: readonly Histogram[]) =>
    found.length === 0
      ? new Float64Array(axis.bins)
      : inside(drawn(mergeHistograms(found), overflow).squares).map(Math.sqrt);
  return {
    edges: axis.edges,
    stack,
    stackErrors: errors(background.map(({ histogram }) => histogram)),
    lines: signals
      .filter((signal) => largest.includes(signal))
      .map(({ name, histogram }) => layer(name, name, histogram)),
    ...(data.length === 0
      ? {}
      : { data: { values: inside(drawn(mergeHistograms(data), overflow).sums), errors: errors(data) } }),
  };
}

function drawn(histogram: Histogram, overflow: boolean): Histogram {
  return overflow ? withOverflow(histogram) : histogram;
}
