import { emptyHistogram, mergeHistograms, scaleHistogram } from '../../lib/statistics/histogram.js';
import type { ReportContext } from './context.js';
import { displayBins, rebinned } from './display-bins.js';
import { stackedSvg } from './figures/stacked.js';
import { layersOf } from './layers.js';
import { axisLabel, type Quantity } from './quantities.js';
import { histogramOfSamples, type RegionHistograms } from './region-histograms.js';
import type { Region } from './regions.js';
import { shown } from './samples.js';
import type { FigureBlock } from './section.js';
import { uhiBySample } from './uhi-by-sample.js';

const mostBins = 40;
const mostLines = 6;

/**
 * A quantity by process in one region, signals as lines, data over them where there are any. None where no
 * background row has the quantity: mlll of events with two leptons.
 */
export function regionFigure(
  { samples, dataScale, first }: Pick<ReportContext, 'samples' | 'dataScale' | 'first'>,
  region: Region,
  quantity: Quantity,
  histograms: RegionHistograms,
): FigureBlock[] {
  const inside = histograms.byRegion.get(region.id);
  if (inside === undefined) return [];
  const background = histogramOfSamples(inside, shown(samples, 'background'), histograms.axis);
  if (background.counts.every((count) => count === 0)) return [];
  // Data beyond all simulation are what nobody should miss.
  const data = histogramOfSamples(inside, shown(samples, 'data'), histograms.axis);
  const scaled = scaleHistogram(background, dataScale ?? 1);
  const bins = displayBins(dataScale === undefined ? scaled : mergeHistograms([scaled, data]), mostBins);
  const drawn = new Map([...inside].map(([name, histogram]) => [name, rebinned(histogram, bins)]));
  const { axis } = rebinned(emptyHistogram(histograms.axis), bins);
  const id = `region-${region.id.replaceAll('.', '-')}-${quantity.id}`;
  const layers = layersOf(drawn, axis, {
    samples,
    scale: dataScale ?? 1,
    withData: dataScale !== undefined,
    mostLines,
    overflow: true,
  });
  const width = axis.edges[1]! - axis.edges[0]!;
  const luminosity = (dataScale ?? 1) * first.config.luminosity_fb;
  return [
    {
      kind: 'figure',
      id,
      caption: `${quantity.label} ${region.label}, at ${luminosity.toPrecision(4)} fb^-1. The last bin holds what lies above it; lines are the signals with the largest yields, ${mostLines} at most, each at its own cross section; the grey band is the background's statistical error.`,
      alt: `Stacked histogram of ${quantity.label} by background process in the region ${region.label}, with signals as lines${layers.data === undefined ? '' : ', data as points and their ratio to simulation below'}.`,
      svg: stackedSvg({
        id,
        xLabel: axisLabel(quantity),
        yLabel: quantity.unit === undefined ? 'events' : `events / ${width} ${quantity.unit}`,
        ...layers,
      }),
      histograms: uhiBySample(drawn, samples, {
        quantity: axisLabel(quantity),
        region: region.id,
        luminosity_fb: first.config.luminosity_fb,
      }),
      size: 'half',
    },
  ];
}
