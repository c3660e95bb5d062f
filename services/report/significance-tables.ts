import { isDefined, type Measured, notDefined } from '../../lib/statistics/measured.js';
import type { ThresholdPoint } from '../../lib/statistics/significance-scan.js';
import type { Region } from './regions.js';
import type { Cell, TableBlock } from './section.js';
import { type Alone, best, type ComparedPoint, statisticalError } from './significance-scans.js';

/** All scans of one signal. */
export interface SignalScans {
  readonly name: string;
  readonly regions: readonly { readonly region: Region; readonly scan: readonly ComparedPoint[] }[];
  readonly metAlone: readonly ThresholdPoint[];
  readonly htPlusMetAlone: readonly ThresholdPoint[];
}

/** For each signal the best of all regions, and what the simple cuts reach at their own best. */
export function summaryTable(scans: readonly SignalScans[], minimumRows: number): TableBlock {
  return {
    kind: 'table',
    id: 'significance-summary',
    caption: 'Asimov significance with background uncertainty, each selection at its best threshold.',
    columns: [
      { label: 'signal' },
      { label: 'best region' },
      { label: 'MET threshold', unit: 'GeV' },
      { label: 'region and MET' },
      { label: 'MET alone' },
      { label: 'above', unit: 'GeV' },
      { label: 'H_T + MET alone' },
      { label: 'above', unit: 'GeV' },
    ],
    rows: scans.map(({ name, regions, metAlone, htPlusMetAlone }) => {
      const found = bestRegion(regions, minimumRows);
      return [
        name,
        ...(isDefined(found)
          ? [found.region.label, found.point.threshold, found.point.asimovWithError]
          : ['none', found, found]),
        ...bestCells(metAlone, minimumRows),
        ...bestCells(htPlusMetAlone, minimumRows),
      ];
    }),
  };
}

function bestRegion(regions: SignalScans['regions'], minimumRows: number) {
  let found: { readonly region: Region; readonly point: ComparedPoint } | undefined;
  for (const { region, scan } of regions) {
    const point = best(scan, minimumRows);
    if (
      isDefined(point) &&
      numberOf(point.asimovWithError) > (found === undefined ? -1 : numberOf(found.point.asimovWithError))
    )
      found = { region, point };
  }
  return found ?? notDefined(`no region keeps ${minimumRows} background rows at any threshold`);
}

function numberOf(measured: Measured): number {
  return isDefined(measured) ? measured.value : Number.NEGATIVE_INFINITY;
}

function bestCells(scan: readonly ThresholdPoint[], minimumRows: number): Cell[] {
  const point = best(scan, minimumRows);
  return isDefined(point) ? [point.asimovWithError, point.threshold] : [point, point];
}

/**
 * Every region of every signal at its best threshold, with the three forms, beside the simple cuts.
 * @param relative relative uncertainty of the background
 */
export function bestTable(scans: readonly SignalScans[], minimumRows: number, relative: number): TableBlock {
  return {
    kind: 'table',
    id: 'significance-best',
    caption:
      'Best thresholds in each region; b with its statistical error sqrt(sum w^2). "At the same background" are cuts without a network that keep as many background events, in the Asimov form with uncertainty.',
    columns: [
      { label: 'signal' },
      { label: 'selection' },
      { label: 'threshold', unit: 'GeV' },
      { label: 's' },
      { label: 'b' },
      { label: 'background rows', digits: 12 },
      { label: 's / sqrt(b)' },
      { label: 'Asimov' },
      { label: 'Asimov with uncertainty' },
      { label: 'MET alone at the same background' },
      { label: 'H_T + MET alone at the same background' },
    ],
    rows: scans.flatMap(({ name, regions, metAlone, htPlusMetAlone }) => [
      ...regions.map(({ region, scan }): Cell[] => {
        const point = best(scan, minimumRows);
        if (!isDefined(point)) return [name, region.label, ...undefinedCells(point, 9)];
        return [
          name,
          region.label,
          ...pointCells(point, relative),
          aloneCell(point.metAlone),
          aloneCell(point.htPlusMetAlone),
        ];
      }),
      aloneRow(name, 'MET alone', metAlone, minimumRows, relative),
      aloneRow(name, 'H_T + MET alone', htPlusMetAlone, minimumRows, relative),
    ]),
    shown: 16,
  };
}

function aloneRow(
  name: string,
  label: string,
  scan: readonly ThresholdPoint[],
  minimumRows: number,
  relative: number,
): Cell[] {
  const point = best(scan, minimumRows);
  const cells = isDefined(point) ? pointCells(point, relative) : undefinedCells(point, 7);
  return [name, label, ...cells, '', ''];
}

function pointCells(point: ThresholdPoint, relative: number): Cell[] {
  return [
    point.threshold,
    point.signal,
    { value: point.background, error: statisticalError(point, relative) },
    point.backgroundRows,
    point.simple,
    point.asimov,
    point.asimovWithError,
  ];
}

function undefinedCells(reason: { readonly notDefined: string }, count: number): Cell[] {
  return Array.from({ length: count }, () => reason);
}

function aloneCell(alone: Alone): Cell {
  return isDefined(alone) ? alone.asimovWithError : alone;
}
