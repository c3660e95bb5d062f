import { integral } from '../../../lib/statistics/histogram.js';
import type { ReportContext } from '../context.js';
import { distributionFigures, mostSignals, shapeFigures } from '../error-figures.js';
import { shown } from '../samples.js';
import { type ScoreQuantity, scoreQuantities } from '../score-quantity.js';
import type { FigureBlock, Section } from '../section.js';
import { type BySample, slicedHistograms } from '../sliced.js';

/** Distribution of every score by process. */
export async function errorsSection(context: ReportContext): Promise<Section | undefined> {
  const { table, samples, scores, score, first } = context;
  if (shown(samples, 'background').length === 0) return undefined;
  const quantities = await scoreQuantities(table, first.config, scores);
  const figures: FigureBlock[] = [];
  const data: Record<string, unknown> = {};
  for (const quantity of mainFirst(quantities, score)) {
    context.signal.throwIfAborted();
    const { column, expression, axis } = quantity;
    const [found] = (await slicedHistograms(table, expression, axis, {
      expression: '0',
      thresholds: [],
    })) as [BySample];
    figures.push(...distributionFigures(context, quantity, found));
    if (column === score) figures.push(...shapeFigures(context, quantity, found));
    data[column] = {
      logarithmic: quantity.isLogarithmic,
      edges: [...axis.edges],
      samples: Object.fromEntries(
        [...found].map(([name, histogram]) => {
          const { sum, square, count } = integral(histogram);
          return [name, { yield: sum, error: Math.sqrt(square), rows: count, values: [...histogram.sums] }];
        }),
      ),
    };
  }
  return {
    id: 'errors',
    title: 'Scores by process',
    blocks: [{ kind: 'text', text: introduction(context) }, ...figures],
    data,
  };
}

function mainFirst(quantities: readonly ScoreQuantity[], score: string): ScoreQuantity[] {
  return [...quantities].sort((a, b) => Number(b.column === score) - Number(a.column === score));
}

function introduction({ first, dataScale, samples }: ReportContext): string {
  const few =
    shown(samples, 'signal').length > mostSignals
      ? `the ${mostSignals} signals of the largest yield`
      : 'signals';
  const data =
    dataScale === undefined
      ? ''
      : ` In figures with data, simulation is multiplied by ${dataScale.toPrecision(4)} to the luminosity of the data.`;
  return `Each score of the test part of the background, stacked by process, with ${few} as lines at their own cross sections, at ${first.config.luminosity_fb} fb^-1. A process whose signed weights add up to less than 0 in a bin is not drawn there.${data}`;
}
