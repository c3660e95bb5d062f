import * as Plot from '@observablehq/plot';
import type { BumpResult } from '../../../lib/statistics/bump/bump-result.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { compact, frameStroke } from './axes.js';
import { type LegendEntry, legendSvg } from './legend.js';
import { belowEachOther } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';
import { pointMarks, stepsOf } from './steps.js';

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
  readonly result: BumpResult;
  /** Errors of what was searched, of expected events; those of counts follow from these. */
  readonly errors?: Float64Array;
  /** Background of simulation in the same bins. */
  readonly expected?: Float64Array;
}

/** A mass spectrum with its fit, the most interesting window marked, and the residual of each bin below. */
export function massSpectrumSvg(figure: MassFigure): string {
  const last = lastShown(figure);
  const legend = legendSvg(legendOf(figure), width - margins.marginLeft);
  return belowEachOther(
    [
      { svg: spectrumPanel(figure, last), height: heights.spectrum },
      { svg: residualPanel(figure, last), height: heights.residuals },
      { svg: legend.svg.replace('<svg ', `<svg x="${margins.marginLeft}" `), height: legend.height + 4 },
    ],
    width,
  );
}

/** Number of bins drawn: to the last that holds events and the end of the window, and two more. */
export function lastShown({ result: { counts, edges, excess } }: Pick<MassFigure, 'result'>): number {
  const filled = counts.reduce((last, count, bin) => (count > 0 ? bin + 1 : last), 1);
  const end = edges.findIndex((edge) => edge >= excess.to);
  return Math.min(counts.length, Math.max(filled, end) + 2);
}

function xScale(
  { result: { edges }, xLabel }: MassFigure,
  last: number,
  isLabelled: boolean,
): Plot.ScaleOptions {
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

function windowMark({ result: { excess } }: MassFigure, low: number, high: number): Plot.Markish {
  return Plot.rect([excess], { x1: 'from', x2: 'to', y1: low, y2: high, fill: window, fillOpacity: 0.18 });
}

function spectrumPanel(figure: MassFigure, last: number): string {
  const { result, errors, expected, id } = figure;
  const edges = Float64Array.from(result.edges.slice(0, last + 1));
  const counts = result.counts.slice(0, last);
  const means = Float64Array.from(result.background.means.slice(0, last));
  const fitErrors = isDefined(result.background.errors) ? result.background.errors : undefined;
  const high = 3 * Math.max(1, ...counts, ...means);
  const low = Math.max(high * 1e-7, Math.min(0.02, ...counts.filter((count) => count > 0)) / 2);
  const clamp = (value: number) => Math.min(high, Math.max(low, value));
  const line = (values: Float64Array, options: Plot.LineYOptions) =>
    Plot.lineY(stepsOf(edges, values, values), {
      x: 'x',
      y: ({ low: value }: { low: number }) => clamp(value),
      curve: 'step-after',
      ...options,
    });
  const points = counts.flatMap((count, bin) => {
    if (!(count > low)) return [];
    const error = errors === undefined ? undefined : errors[bin]!;
    const interval =
      error === undefined ? poissonInterval(count) : { low: count - error, high: count + error };
    return [{ x: Math.sqrt(edges[bin]! * edges[bin + 1]!), y: count, ...interval }];
  });
  const band = means.map((mean, bin) => mean - (fitErrors?.[bin] ?? 0));
  const top = means.map((mean, bin) => mean + (fitErrors?.[bin] ?? 0));
  return plotSvg(`${id}-spectrum`, {
    width,
    height: heights.spectrum,
    ...margins,
    marginTop: 18,
    marginBottom: 8,
    x: xScale(figure, last, false),
    y: {
      type: 'log',
      domain: [low, high],
      label: 'events / bin',
      labelArrow: 'none',
      ticks: 5,
      tickFormat: (value: number) => (isPowerOfTen(value) ? compact(value) : ''),
    },
    marks: [
      windowMark(figure, low, high),
      Plot.areaY(stepsOf(edges, band, top), {
        x: 'x',
        y1: ({ low: value }: { low: number }) => clamp(value),
        y2: ({ high: value }: { high: number }) => clamp(value),
        curve: 'step-after',
        fill: window,
        fillOpacity: 0.25,
      }),
      ...(expected === undefined
        ? []
        : [line(expected.slice(0, last), { stroke: faint, strokeDasharray: '3 2', strokeWidth: 1.2 })]),
      line(means, { stroke: window, strokeWidth: 2 }),
      ...pointMarks(points, clamp),
      Plot.frame(frameStroke),
    ],
  });
}

function residualPanel(figure: MassFigure, last: number): string {
  const { result, id } = figure;
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
      windowMark(figure, -mostSigma, mostSigma),
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

function isPowerOfTen(value: number): boolean {
  const power = Math.log10(value);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

function legendOf({ result, expected }: MassFigure): LegendEntry[] {
  return [
    { label: result.kind === 'data' ? 'data' : 'expected events', colour: ink, mark: 'point' },
    { label: `fit: ${result.background.formula}`, colour: window, mark: 'line' },
    ...(expected === undefined
      ? []
      : [{ label: 'simulated background', colour: faint, mark: 'line', dash: '3 2' } as const]),
  ];
}
