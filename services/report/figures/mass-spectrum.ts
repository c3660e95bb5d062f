import * as Plot from '@observablehq/plot';
import type { BumpResult } from '../../../lib/statistics/bump/bump-result.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { compact, frameStroke, isPowerOfTen } from './axes.js';
import { legendInColumns, type MarkedName } from './legend.js';
import { belowEachOther } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';
import { type Point, pointMarks, stepsOf } from './steps.js';

const width = 560;
const margins = { marginLeft: 58, marginRight: 12 };
const heights = { spectrum: 270, residuals: 120 };
/** Residuals beyond it are drawn at the edge. */
const mostSigma = 5;
const window = 'var(--accent)';

export interface MassFigure {
  readonly id: string;
  /** "mll [GeV]". */
  readonly xLabel: string;
  /** GeV. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly isData: boolean;
  /** Absent where there is no fit: the spectrum is drawn alone. */
  readonly result?: BumpResult;
  /** Errors of what was searched, of expected events; those of counts follow from these. */
  readonly errors?: readonly number[];
  /** Background of simulation in the same bins. */
  readonly expected?: readonly number[];
}

/** A mass spectrum with its fit, the most interesting window marked, and the residual of each bin below. */
export function massSpectrumSvg(figure: MassFigure): string {
  const { result } = figure;
  const last = lastShown(figure);
  const legend = legendInColumns(legendOf(figure), width - margins.marginLeft);
  return belowEachOther(
    [
      { svg: spectrumPanel(figure, last), height: heights.spectrum },
      ...(result === undefined
        ? []
        : [{ svg: residualPanel(figure, result, last), height: heights.residuals }]),
      { svg: legend.svg, height: legend.height + 4, x: margins.marginLeft },
    ],
    width,
  );
}

/** Number of bins drawn: to the last that holds events and the end of the window, and two more. */
export function lastShown({
  counts,
  edges,
  expected = [],
  result,
}: Pick<MassFigure, 'counts' | 'edges' | 'expected' | 'result'>): number {
  const lastFilled = (values: readonly number[]) =>
    values.reduce((last, value, bin) => (value > 0 ? bin + 1 : last), 1);
  const end = result === undefined ? 0 : edges.findIndex((edge) => edge >= result.excess.to);
  return Math.min(counts.length, Math.max(lastFilled(counts), lastFilled(expected), end) + 2);
}

function xScale({ edges, xLabel }: MassFigure, last: number, isLabelled: boolean): Plot.ScaleOptions {
  return {
    type: 'log',
    domain: [edges[0]!, edges[last]!],
    label: isLabelled ? xLabel : null,
    labelAnchor: 'right',
    labelArrow: 'none',
    ticks: [100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000].filter(
      (tick) => tick >= edges[0]! && tick <= edges[last]!,
    ),
    tickFormat: isLabelled ? String : () => '',
  };
}

function windowMark({ excess }: BumpResult, low: number, high: number): Plot.Markish {
  return Plot.rect([excess], { x1: 'from', x2: 'to', y1: low, y2: high, fill: window, fillOpacity: 0.18 });
}

function spectrumPanel(figure: MassFigure, last: number): string {
  const { result, expected, id } = figure;
  const edges = Float64Array.from(figure.edges.slice(0, last + 1));
  const counts = figure.counts.slice(0, last);
  const means = result?.background.means.slice(0, last) ?? [];
  const high = 3 * Math.max(1, ...counts, ...means, ...(expected ?? []));
  const low = Math.max(high * 1e-7, Math.min(0.02, ...counts.filter((count) => count > 0)) / 2);
  const clamp = (value: number) => Math.min(high, Math.max(low, value));
  const line = (values: readonly number[], options: Plot.LineYOptions) => {
    const drawn = Float64Array.from(values.slice(0, last), clamp);
    return Plot.lineY(stepsOf(edges, drawn, drawn), {
      x: 'x',
      y: 'low',
      curve: 'step-after',
      ...options,
    });
  };
  return plotSvg(`${id}-spectrum`, {
    width,
    height: heights.spectrum,
    ...margins,
    marginTop: 18,
    marginBottom: result === undefined ? 38 : 8,
    x: xScale(figure, last, result === undefined),
    y: {
      type: 'log',
      domain: [low, high],
      label: 'events / bin',
      labelArrow: 'none',
      ticks: 5,
      tickFormat: (value: number) => (isPowerOfTen(value) ? compact(value) : ''),
    },
    marks: [
      ...(result === undefined ? [] : [windowMark(result, low, high), fitBand(result, edges, clamp)]),
      ...(expected === undefined
        ? []
        : [line(expected, { stroke: faint, strokeDasharray: '3 2', strokeWidth: 1.2 })]),
      ...(result === undefined ? [] : [line(means, { stroke: window, strokeWidth: 2 })]),
      ...pointMarks(pointsOf(figure, last, low), clamp),
      Plot.frame(frameStroke),
    ],
  });
}

/** The error of the fit. */
function fitBand(
  { background }: BumpResult,
  edges: Float64Array,
  clamp: (value: number) => number,
): Plot.Markish {
  const errors = isDefined(background.errors) ? background.errors : undefined;
  const edge = (sign: number) =>
    Float64Array.from({ length: edges.length - 1 }, (_, bin) =>
      clamp(background.means[bin]! + sign * (errors?.[bin] ?? 0)),
    );
  return Plot.areaY(stepsOf(edges, edge(-1), edge(1)), {
    x: 'x',
    y1: 'low',
    y2: 'high',
    curve: 'step-after',
    fill: window,
    fillOpacity: 0.25,
  });
}

function pointsOf({ edges, counts, errors }: MassFigure, last: number, low: number): Point[] {
  return counts.slice(0, last).flatMap((count, bin) => {
    if (!(count > low)) return [];
    const error = errors?.[bin];
    const interval =
      error === undefined ? poissonInterval(count) : { low: count - error, high: count + error };
    return [{ x: Math.sqrt(edges[bin]! * edges[bin + 1]!), y: count, ...interval }];
  });
}

function residualPanel(figure: MassFigure, result: BumpResult, last: number): string {
  const { id } = figure;
  const within = (value: number) => Math.min(mostSigma, Math.max(-mostSigma, value));
  const bars = result.residuals
    .slice(0, last)
    .map((residual, bin) => ({ x1: result.edges[bin]!, x2: result.edges[bin + 1]!, residual }));
  return plotSvg(`${id}-residuals`, {
    width,
    height: heights.residuals,
    ...margins,
    marginTop: 8,
    marginBottom: 38,
    x: xScale(figure, last, true),
    y: {
      domain: [-mostSigma, mostSigma],
      label: 'residual',
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 5,
    },
    marks: [
      windowMark(result, -mostSigma, mostSigma),
      Plot.rect(bars, {
        x1: 'x1',
        x2: 'x2',
        y1: 0,
        y2: ({ residual }: { residual: number }) => within(residual),
        fill: ink,
        fillOpacity: 0.55,
      }),
      // What is beyond the edge is marked where it left.
      Plot.dot(
        bars.filter(({ residual }) => Math.abs(residual) > mostSigma),
        {
          x: ({ x1, x2 }: { x1: number; x2: number }) => Math.sqrt(x1 * x2),
          y: ({ residual }: { residual: number }) => within(residual) * 0.94,
          symbol: 'triangle',
          rotate: ({ residual }: { residual: number }) => (residual > 0 ? 0 : 180),
          fill: 'var(--bad)',
          r: 3.5,
        },
      ),
      Plot.ruleY([0], { stroke: faint }),
      Plot.frame(frameStroke),
    ],
  });
}

function legendOf({ result, expected, isData }: MassFigure): MarkedName[] {
  return [
    { label: isData ? 'data' : 'expected events', colour: ink, mark: 'point' },
    ...(result === undefined
      ? []
      : [{ label: `fit: ${result.background.formula}`, colour: window, mark: 'line' } as const]),
    ...(expected === undefined
      ? []
      : [{ label: 'simulated background', colour: faint, mark: 'line', dash: '3 2' } as const]),
  ];
}
