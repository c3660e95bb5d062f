import type { FeatureNames } from './cells-model.js';
import type { ReportContext } from './context.js';
import type { EventFeatures } from './events-features.js';
import type { TopEvent } from './events-top.js';
import type { Cell, TableBlock } from './section.js';

/** Cells that are named beside an event. */
const namedCells = 3;

/** Columns that add most to the score of an event. */
export function strongest(cells: Float64Array | undefined): number[] {
  if (cells === undefined) return [];
  return [...cells.keys()]
    .filter((column) => cells[column]! > 0)
    .sort((a, b) => cells[b]! - cells[a]! || a - b)
    .slice(0, namedCells);
}

export function sumOf(cells: Float64Array): number {
  return cells.reduce((sum, value) => sum + value, 0);
}

/** "m(e1,mu1) 42 %, ..." */
export function strongestText({ cells }: EventFeatures, { layout }: FeatureNames): string {
  if (cells === undefined) return '';
  const total = sumOf(cells);
  return strongest(cells)
    .map((column) => `${layout.names[column]} ${Math.round((100 * cells[column]!) / total)} %`)
    .join(', ');
}

/** What the most anomalous events are like. */
export function eventTable(
  { score }: Pick<ReportContext, 'score'>,
  events: readonly TopEvent[],
  features: ReadonlyMap<number, EventFeatures>,
  names: FeatureNames,
): TableBlock {
  const hasThree = events.some(({ mlll }) => mlll !== undefined);
  const hasCells = [...features.values()].some(({ cells }) => cells !== undefined);
  return {
    kind: 'table',
    id: 'top-events',
    caption: 'The most anomalous events of data, background and each signal',
    columns: [
      { label: 'event of' },
      { label: 'rank' },
      { label: 'sample' },
      { label: score },
      { label: 'background above', unit: '%', digits: 3 },
      { label: 'MET', unit: 'GeV' },
      { label: 'mll', unit: 'GeV' },
      ...(hasThree ? [{ label: 'mlll', unit: 'GeV' }] : []),
      { label: 'H_T', unit: 'GeV' },
      { label: 'jets' },
      { label: 'flavours' },
      ...(hasCells ? [{ label: 'strongest cells' }] : []),
    ],
    rows: events.map((event, at): Cell[] => [
      event.process.label,
      String(event.rank),
      event.sample,
      event.score,
      event.backgroundAbove === undefined ? '' : 100 * event.backgroundAbove,
      event.met,
      event.mll,
      ...(hasThree ? [event.mlll ?? ''] : []),
      event.ht,
      String(event.jets),
      event.flavours,
      ...(hasCells ? [features.has(at) ? strongestText(features.get(at)!, names) : ''] : []),
    ]),
  };
}

/** Where each event is found again. A table of its own: both together are wider than a page. */
export function identityTable(events: readonly TopEvent[]): TableBlock {
  return {
    kind: 'table',
    id: 'top-events-identity',
    caption: 'Where these events are found: run and event number, file, and entry in its tree',
    columns: [
      { label: 'event of' },
      { label: 'rank' },
      { label: 'run' },
      { label: 'event' },
      { label: 'file' },
      { label: 'entry' },
    ],
    rows: events.map((event): Cell[] => [
      event.process.label,
      String(event.rank),
      String(event.run),
      event.event,
      event.file,
      String(event.entry),
    ]),
    shown: 12,
  };
}
