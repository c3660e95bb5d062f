import { integral, scaleHistogram } from '../../lib/statistics/histogram.js';
import { isDefined } from '../../lib/statistics/measured.js';
import type { ReportContext } from './context.js';
import { signalColours } from './figures/processes.js';
import { stackedSvg } from './figures/stacked.js';
import { layersOf } from './layers.js';
import { histogramOfSamples } from './region-histograms.js';
import { type ReportSample, shown } from './samples.js';
import type { ScoreQuantity } from './score-quantity.js';
import type { FigureBlock } from './section.js';
import type { BySample } from './sliced.js';
import { uhiBySample } from './uhi-by-sample.js';
import { allBackground } from './yields.js';

/** Signal lines over a stack, those of the largest yield: more are not told apart on its colours. */
export const mostSignals = 6;

type Drawn = Pick<ReportContext, 'samples' | 'dataScale' | 'first' | 'regions' | 'score'>;

/** Simulation at its own luminosity, and where there are data a second figure at theirs. */
export function distributionFigures(context: Drawn, quantity: ScoreQuantity, found: BySample): FigureBlock[] {
  const { samples, dataScale, first } = context;
  const id = `score-${quantity.column.replaceAll('_', '-')}`;
  const { luminosity_fb: luminosity } = first.config;
  const made = (name: string, scale: number, withData: boolean) =>
    stackedSvg({
      id: name,
      xLabel: quantity.label,
      yLabel: 'events / bin',
      ...layersOf(found, quantity.axis, {
        samples,
        scale,
        withData,
        mostLines: mostSignals,
        overflow: false,
      }),
      rules: rules(context, quantity),
    });
  const alt = `Stacked histogram of ${quantity.label} by background process with signals as lines, on a logarithmic scale`;
  const simulation: FigureBlock = {
    kind: 'figure',
    id,
    caption: `\`${quantity.column}\` at ${luminosity} fb^-1${rulesCaption(context, quantity)}.`,
    alt: `${alt}.`,
    svg: made(id, 1, false),
    histograms: uhiBySample(found, samples, { quantity: quantity.label, luminosity_fb: luminosity }),
    size: 'half',
  };
  if (dataScale === undefined) return [simulation];
  const data: FigureBlock = {
    kind: 'figure',
    id: `${id}-data`,
    caption: `\`${quantity.column}\` with data, simulation at ${(dataScale * luminosity).toPrecision(4)} fb^-1.`,
    alt: `${alt}, data as points and their ratio to simulation below.`,
    svg: made(`${id}-data`, dataScale, true),
    size: 'half',
  };
  return [simulation, data];
}

/**
 * All background and every signal, each with an area of 1: shapes, where cross sections would hide them. No figure has
 * more signals than there are colours for.
 */
export function shapeFigures(context: Drawn, quantity: ScoreQuantity, found: BySample): FigureBlock[] {
  const signals = shown(context.samples, 'signal');
  const parts = Math.max(1, Math.ceil(signals.length / signalColours));
  return Array.from({ length: parts }, (_, part) =>
    shapeFigure(
      context,
      quantity,
      found,
      signals.slice(part * signalColours, (part + 1) * signalColours),
      parts === 1 ? '' : `-${part + 1}`,
    ),
  );
}

function shapeFigure(
  context: Drawn,
  quantity: ScoreQuantity,
  found: BySample,
  signals: readonly ReportSample[],
  suffix: string,
): FigureBlock {
  const { samples } = context;
  const background = shown(samples, 'background');
  const shapes = new Map([
    [background[0]!.name, histogramOfSamples(found, background, quantity.axis)],
    ...signals.flatMap(({ name }) => {
      const histogram = found.get(name);
      return histogram === undefined ? [] : [[name, histogram] as const];
    }),
  ]);
  const normalised = new Map(
    [...shapes].flatMap(([name, histogram]) => {
      const { sum } = integral(histogram);
      return sum > 0 ? [[name, scaleHistogram(histogram, 1 / sum)] as const] : [];
    }),
  );
  const layers = layersOf(normalised, quantity.axis, { samples, scale: 1, withData: false, overflow: false });
  const names = signals.length === 0 ? 'no signal' : signals.map(({ name }) => `\`${name}\``).join(', ');
  const id = `score-${quantity.column.replaceAll('_', '-')}-shapes${suffix}`;
  return {
    kind: 'figure',
    id,
    caption: `\`${quantity.column}\` of all background and of ${names}, each with an area of 1${rulesCaption(context, quantity)}.`,
    alt: `Histogram of ${quantity.label} of all background as an area and of ${names} as lines, all with an area of 1, on a logarithmic scale.`,
    svg: stackedSvg({
      id,
      xLabel: quantity.label,
      yLabel: 'share of events / bin',
      ...layers,
      stack: layers.stack.map((layer) => ({ ...layer, label: allBackground })),
      rules: rules(context, quantity),
    }),
    size: 'half',
  };
}

function rules({ regions, score }: Drawn, { column, isLogarithmic }: ScoreQuantity) {
  if (column !== score) return [];
  return regions.all.flatMap(({ label, threshold }) =>
    isDefined(threshold) ? [{ x: isLogarithmic ? Math.log10(threshold.value) : threshold.value, label }] : [],
  );
}

function rulesCaption({ score }: Drawn, { column }: ScoreQuantity): string {
  return column === score ? '; dashed rules are the thresholds of the regions' : '';
}
