import { type FeatureNames, featureNames, openCellModel } from '../cells-model.js';
import { mostRegions, type SampledRegion, sampleRows } from '../cells-sample.js';
import { cellSums, type RegionCells } from '../cells-sums.js';
import type { ReportContext } from '../context.js';
import { columnBarsSvg } from '../figures/column-bars.js';
import { matrixSvg } from '../figures/matrix.js';
import { logRange } from '../figures/matrix-scale.js';
import { type Process, processesOf } from '../processes.js';
import { quoted } from '../score-table.js';
import type { Block, FigureBlock, Section, TableBlock } from '../section.js';

/** Cells of a region and a process in the table. */
const listed = 10;
/** Bars of a table feature set. */
const mostBars = 35;
/** Drawn background events that a region needs, to be the one that is shown for every signal. */
const enough = 100;

const title = 'Which cells make a region anomalous';
const id = 'cells';

interface NamedRegion extends SampledRegion {
  readonly label: string;
}

/** A region and a process with what its cells add. */
interface Found {
  readonly region: NamedRegion;
  readonly process: Process;
  readonly cells: RegionCells;
}

/**
 * What every cell adds to the score on average in each region, for background, data and each signal (physics.md 6,
 * per-feature error): as numbers, as a list of the strongest and as pictures of the matrix.
 */
export async function cellsSection(context: ReportContext): Promise<Section> {
  const { regions: all, settings, table, score, signal } = context;
  const model = await openCellModel(context);
  if ('notDefined' in model) {
    const text = `No cells are shown: ${model.notDefined}.`;
    return { id, title, blocks: [{ kind: 'text', text }], data: { not_defined: model.notDefined } };
  }
  const regions: NamedRegion[] = [
    { id: 'all', label: 'all events', where: 'true' },
    ...all.all.flatMap((region) => (region.where === undefined ? [] : [{ ...region, where: region.where }])),
  ].slice(0, mostRegions);
  const processes = processesOf(context);
  let found: Found[];
  try {
    const sample = await sampleRows(table, processes, regions, {
      most: settings.sample_events,
      seed: settings.seed,
      where: `model_version = ${quoted(model.version)}`,
    });
    const sums = await cellSums(sample, model, signal);
    found = processes.flatMap((process, p) =>
      regions.flatMap((region, r) => {
        const cells = sums[p]![r];
        return cells === undefined ? [] : [{ region, process, cells }];
      }),
    );
  } finally {
    await model.release();
  }
  const names = featureNames(context);
  const shownRegion = regionOfSignals(found) ?? regions[0]!;
  return {
    id,
    title,
    blocks: [
      introduction(context, model.score, names, shownRegion),
      ...figures(found, names, shownRegion),
      strongest(found, names, shownRegion, score),
    ],
    data: {
      score,
      sample_events: settings.sample_events,
      seed: settings.seed,
      columns: names.layout.names,
      regions: found.map(({ region, process, cells }) => ({
        region: region.id,
        process: process.id,
        events: cells.events,
        drawn: cells.drawn,
        mean: rounded(cells.total),
        cells: Array.from(cells.mean, rounded),
      })),
    },
  };
}

/** The last digits depend on the order in which rows are added up, and so on the engine. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** The tightest region with enough background; its pictures show every signal. */
function regionOfSignals(found: readonly Found[]): NamedRegion | undefined {
  const background = found.filter(
    ({ process, cells }) => process.kind === 'background' && cells.drawn >= enough,
  );
  const least = Math.min(...background.map(({ cells }) => cells.events));
  return background.find(({ cells }) => cells.events === least)?.region;
}

function introduction(
  { settings, score }: ReportContext,
  type: string,
  { matrix }: FeatureNames,
  shownRegion: NamedRegion,
): Block {
  const what = matrix === undefined ? 'column' : 'cell';
  const formula = {
    error: "(x - x')^2 / n",
    error_normalised: `(x - x')^2 / n, divided by the usual error of the ${what}`,
    error_abs: "abs(x - x') / n; the score is the logarithm of the sum",
  }[type];
  return {
    kind: 'text',
    text: `The score \`${score}\` of an event is a sum over the ${what}s of the features: each adds ${formula}, with x the scaled value and x' what the network makes of it. Shown is what each ${what} adds on average over the events of a region, weighted by abs(weight). Of more than ${settings.sample_events.toLocaleString('en-US')} events of a process in a region, so many are drawn by a hash of the event (seed ${settings.seed}). Background and data are shown for every region, signals for the tightest region with at least ${enough} background events: ${shownRegion.label}.`,
  };
}

function figures(found: readonly Found[], names: FeatureNames, shownRegion: NamedRegion): FigureBlock[] {
  return found
    .filter(({ process, region }) => process.kind !== 'signal' || region === shownRegion)
    .sort((a, b) => Number(a.process.kind === 'signal') - Number(b.process.kind === 'signal'))
    .map((one) => figure(one, names));
}

function figure({ region, process, cells }: Found, { matrix, layout, meanings }: FeatureNames): FigureBlock {
  const share = cells.mean.map((value) => (cells.total > 0 ? (100 * value) / cells.total : 0));
  const top = strongestCells(cells, 3);
  const alt = `Share of the mean score by ${matrix === undefined ? 'column' : 'cell'}, ${process.label}, ${region.label}. Strongest: ${top.map((column) => `${meanings[column]} ${share[column]!.toFixed(1)} %`).join(', ')}.`;
  const figureId = `cells-${region.id}-${process.id}`;
  const range = logRange(share, 3) ?? { low: 0.1, high: 100 };
  const svg =
    matrix === undefined
      ? columnBarsSvg(
          figureId,
          strongestCells(cells, mostBars).map((column) => ({
            name: layout.names[column]!,
            value: share[column]!,
          })),
          'share of the mean score, %',
        )
      : matrixSvg(figureId, {
          slots: matrix.slotNames,
          starts: matrix.firstSlots,
          // Below the scale is nothing that matters.
          values: share.map((value) => (value >= range.low ? value : 0)),
          scales: [{ ...range, label: '% of score', colours: 'cool', holds: () => true }],
          title: (column) => `${meanings[column]}: ${share[column]!.toPrecision(2)} %`,
        });
  return {
    kind: 'figure',
    id: figureId,
    caption: `${process.label}, ${region.label}: ${countText(cells)}, mean ${cells.total.toPrecision(3)}`,
    alt,
    svg,
    size: process.kind === 'signal' ? 'third' : 'half',
  };
}

function countText({ events, drawn }: RegionCells): string {
  const count = (value: number) => value.toLocaleString('en-US');
  return drawn === events ? `${count(events)} events` : `${count(drawn)} of ${count(events)} events`;
}

/** Columns that add most, first the strongest; those that add nothing are left out. */
function strongestCells({ mean }: RegionCells, most: number): number[] {
  return [...mean.keys()]
    .filter((column) => mean[column]! > 0)
    .sort((a, b) => mean[b]! - mean[a]! || a - b)
    .slice(0, most);
}

function strongest(
  found: readonly Found[],
  { matrix, layout, meanings }: FeatureNames,
  shownRegion: NamedRegion,
  score: string,
): TableBlock {
  const inclusive = found.find(({ process, region }) => process.kind === 'background' && region.id === 'all');
  const ordered = [...found].sort(
    (a, b) => Number(b.region === shownRegion) - Number(a.region === shownRegion),
  );
  const what = matrix === undefined ? 'column' : 'cell';
  return {
    kind: 'table',
    id: 'cells-strongest',
    caption: `The ${listed} strongest ${what}s of each process in each region, first ${shownRegion.label}; beside them what the same ${what} adds in all background events`,
    columns: [
      { label: 'region' },
      { label: 'process' },
      { label: what },
      { label: 'meaning' },
      { label: `adds to ${score}` },
      { label: 'share', unit: '%', digits: 3 },
      { label: 'in all background' },
    ],
    rows: ordered.flatMap(({ region, process, cells }) =>
      strongestCells(cells, listed).map((column) => [
        region.label,
        process.label,
        layout.names[column]!,
        meanings[column]!,
        cells.mean[column]!,
        (100 * cells.mean[column]!) / cells.total,
        inclusive === undefined ? '' : inclusive.cells.mean[column]!,
      ]),
    ),
    shown: listed * 2,
  };
}
