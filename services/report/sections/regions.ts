import { clopperPearson } from '../../../lib/statistics/clopper-pearson.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import type { ReportContext } from '../context.js';
import { met, type Quantity, regionQuantities } from '../quantities.js';
import { regionFigure } from '../region-figure.js';
import { type RegionHistograms, regionHistograms } from '../region-histograms.js';
import { shown } from '../samples.js';
import type { Block, Cell, Section, TableBlock } from '../section.js';
import { type SampleYields, yieldsOf } from '../yields.js';

/** Yields in the signal regions, and what MET, masses and jets look like there. */
export async function regionsSection(context: ReportContext): Promise<Section | undefined> {
  const { samples, regions, first } = context;
  if (shown(samples, 'background').length === 0) return undefined;
  const found = new Map<Quantity, RegionHistograms>();
  for (const quantity of regionQuantities) {
    found.set(quantity, await regionHistograms(context, quantity.expression, quantity.axis));
    context.signal.throwIfAborted();
  }
  const yields = yieldsOf(found.get(met)!, samples);
  const figures = regions.all.flatMap((region) =>
    regionQuantities.flatMap((quantity) => regionFigure(context, region, quantity, found.get(quantity)!)),
  );
  return {
    id: 'regions',
    title: 'Signal regions',
    blocks: [
      { kind: 'text', text: introduction(context) },
      thresholdTable(context),
      yieldTable(context, yields),
      efficiencyTable(context, yields),
      ...figures,
    ] satisfies Block[],
    data: {
      score: context.score,
      luminosity_fb: first.config.luminosity_fb,
      ...(context.dataScale === undefined ? {} : { data_scale: context.dataScale }),
      median: regions.median,
      regions: regions.all.map(({ id, label, threshold }) => ({ id, label, threshold })),
      yields,
    },
  };
}

function introduction({ score, regions, first, dataScale }: ReportContext): string {
  const { median } = regions;
  const m = isDefined(median)
    ? `m = ${median.value.toPrecision(4)}`
    : `m is not defined: ${median.notDefined}`;
  const data =
    dataScale === undefined
      ? ''
      : ` Figures with data show simulation times ${dataScale.toPrecision(4)}, the luminosity of the data over that of the weights.`;
  return `A region holds the events whose \`${score}\` is above its threshold: m + i m/5, m the median of the background weighted with abs(w) (${m}), or what keeps a given share of the background. Yields are sums of signed weights at ${first.config.luminosity_fb} fb^-1 from the test part of the background, which training has not seen, scaled to all of it; errors are sqrt(sum w^2). Regions overlap: each holds the tighter ones.${data}`;
}

function thresholdTable({ regions, score }: ReportContext): TableBlock {
  return {
    kind: 'table',
    id: 'region-thresholds',
    caption: `Thresholds of the regions in \`${score}\`.`,
    columns: [{ label: 'region' }, { label: 'id' }, { label: 'threshold', digits: 6 }],
    rows: regions.all.map(({ id, label, threshold }) => [label, id, threshold]),
  };
}

function yieldTable({ regions, first }: ReportContext, yields: readonly SampleYields[]): TableBlock {
  return {
    kind: 'table',
    id: 'region-yields',
    caption: `Yields by process at ${first.config.luminosity_fb} fb^-1 (data: events).`,
    columns: [
      { label: 'process' },
      { label: 'kind' },
      { label: 'all events' },
      ...regions.all.map(({ label }) => ({ label })),
    ],
    rows: yields.map(({ name, kind, all, regions: inside }) => [
      name,
      kind,
      { value: all.value, error: all.error },
      ...regions.all.map(({ id, threshold }): Cell => {
        const entry = inside.find(({ region }) => region === id);
        if (entry !== undefined) return { value: entry.yield.value, error: entry.yield.error };
        return isDefined(threshold) ? { notDefined: 'no threshold' } : threshold;
      }),
    ]),
  };
}

/** Weighted and by number of rows. */
function efficiencyTable({ regions }: ReportContext, yields: readonly SampleYields[]): TableBlock {
  const labels = new Map(regions.all.map(({ id, label }) => [id, label]));
  return {
    kind: 'table',
    id: 'region-efficiencies',
    caption:
      'Share of each sample in each region, with the Clopper-Pearson interval of 68.27 %: of its signed weight, by the effective number of events (sum w)^2 / sum w^2, and of its rows.',
    columns: [
      { label: 'process' },
      { label: 'region' },
      { label: 'share of weight' },
      { label: 'weight from' },
      { label: 'weight to' },
      { label: 'rows in region', digits: 12 },
      { label: 'rows', digits: 12 },
      { label: 'share of rows' },
      { label: 'rows from' },
      { label: 'rows to' },
    ],
    rows: yields.flatMap(({ name, all, regions: inside }) =>
      inside.map(({ region, yield: found, efficiency, interval }): Cell[] => {
        const ofRows: Cell[] =
          all.rows === 0
            ? Array.from({ length: 3 }, () => ({ notDefined: 'the sample has no row' }))
            : ofCounts(found.rows, all.rows);
        const ofWeight = isDefined(interval) ? [interval.low, interval.high] : [interval, interval];
        return [name, labels.get(region)!, efficiency, ...ofWeight, found.rows, all.rows, ...ofRows];
      }),
    ),
    shown: 12,
  };
}

function ofCounts(inside: number, all: number): Cell[] {
  const interval = clopperPearson(inside, all);
  return isDefined(interval)
    ? [inside / all, interval.low, interval.high]
    : [inside / all, { notDefined: interval.notDefined }, { notDefined: interval.notDefined }];
}
