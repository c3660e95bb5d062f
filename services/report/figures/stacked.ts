import * as Plot from '@observablehq/plot';
import { legendInColumns, type MarkedName } from './legend.js';
import { belowEachOther } from './panels.js';
import { faint, ink, paper, plotSvg } from './plot.js';

/** A sample as it is drawn; `values` has one number for each bin. */
export interface Layer {
  readonly label: string;
  readonly colour: string;
  readonly dash: string;
  readonly values: Float64Array;
}

export interface StackedFigure {
  readonly id: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Rising, one more than bins. */
  readonly edges: Float64Array;
  /** Processes of the background, the lowest first. */
  readonly stack: readonly Layer[];
  /** Statistical error of the stack's sum by bin. */
  readonly stackErrors: Float64Array;
  readonly lines: readonly Layer[];
  readonly data?: { readonly values: Float64Array; readonly errors: Float64Array };
  /** Vertical rules with a name each. */
  readonly rules?: readonly { readonly x: number; readonly label: string }[];
}

const width = 520;
const marginLeft = 58;
const marginRight = 14;

/** A stacked histogram with logarithmic counts, lines and data over it, and a ratio panel where there are data. */
export function stackedSvg(figure: StackedFigure): string {
  const sum = sumOf(figure);
  const [low, high] = countRange(figure, sum);
  const main = plotSvg(`${figure.id}-main`, {
    width,
    height: 290,
    marginLeft,
    marginRight,
    marginBottom: figure.data === undefined ? 40 : 16,
    x: xScale(figure, figure.data === undefined),
    y: { type: 'log', domain: [low, high], label: figure.yLabel, ticks: 6, tickFormat: countLabel },
    marks: [
      ...stackMarks(figure, low),
      ...errorBand(figure, sum, low),
      ...lineMarks(figure, low),
      ...dataMarks(figure, low),
      ...ruleMarks(figure),
    ],
  });
  const parts: Parameters<typeof belowEachOther>[0][number][] = [{ svg: main, height: 290 }];
  if (figure.data !== undefined) parts.push({ svg: ratioSvg(figure, sum, figure.data), height: 110 });
  const legend = legendInColumns(legendEntries(figure), width - marginLeft);
  parts.push({ svg: legend.svg, height: legend.height + 4, x: marginLeft });
  return belowEachOther(parts, width);
}

function xScale({ edges, xLabel }: StackedFigure, isLabelled: boolean): Plot.ScaleOptions {
  return {
    domain: [edges[0]!, edges[edges.length - 1]!],
    label: isLabelled ? xLabel : null,
    ...(isLabelled ? {} : { tickFormat: () => '' }),
  };
}

function sumOf({ stack, edges }: StackedFigure): Float64Array {
  const sum = new Float64Array(edges.length - 1);
  // A process of negative content in a bin has no layer there.
  for (const { values } of stack)
    values.forEach((value, bin) => {
      sum[bin]! += Math.max(0, value);
    });
  return sum;
}

/** From below the smallest background or datum to above the highest, four to six decades. */
function countRange({ data, lines }: StackedFigure, sum: Float64Array): [number, number] {
  const shown = [...sum, ...(data?.values ?? [])].filter((value) => value > 0);
  const all =
    shown.length > 0 ? shown : lines.flatMap(({ values }) => [...values]).filter((value) => value > 0);
  if (all.length === 0) return [0.1, 10];
  const highest = Math.max(...all, ...lines.flatMap(({ values }) => [...values]));
  return [Math.min(Math.max(Math.min(...all) / 10, highest * 1e-6), highest * 1e-4), highest * 4];
}

/** Points of a step line, with a gap where a bin is below the frame. */
function steps(edges: Float64Array, values: Float64Array, low: number) {
  const gap = { x: Number.NaN, y: Number.NaN };
  return Array.from(values, (y, bin) => {
    if (!(y > low)) return [gap];
    const isLast = !(values[bin + 1]! > low);
    const start = { x: edges[bin]!, y };
    return isLast ? [start, { x: edges[bin + 1]!, y }, gap] : [start];
  }).flat();
}

function stackMarks({ stack, edges }: StackedFigure, low: number): Plot.Markish[] {
  const lower = new Float64Array(edges.length - 1);
  return stack.map(({ values, colour }) => {
    const from = lower.slice();
    values.forEach((value, bin) => {
      lower[bin]! += Math.max(0, value);
    });
    const points = Array.from(edges, (x, i) => {
      const bin = Math.min(i, edges.length - 2);
      return { x, y1: Math.max(low, from[bin]!), y2: Math.max(low, lower[bin]!) };
    });
    return Plot.areaY(points, { x: 'x', y1: 'y1', y2: 'y2', fill: colour, curve: 'step-after' });
  });
}

function errorBand({ edges, stackErrors }: StackedFigure, sum: Float64Array, low: number): Plot.Markish[] {
  const points = Array.from(edges, (x, i) => {
    const bin = Math.min(i, edges.length - 2);
    const [middle, error] = [sum[bin]!, stackErrors[bin]!];
    return { x, y1: Math.max(low, middle - error), y2: Math.max(low, middle + error) };
  });
  return [
    Plot.areaY(points, { x: 'x', y1: 'y1', y2: 'y2', fill: ink, fillOpacity: 0.2, curve: 'step-after' }),
  ];
}

function lineMarks({ lines, edges }: StackedFigure, low: number): Plot.Markish[] {
  return lines.flatMap(({ values, colour, dash }) => {
    const points = steps(edges, values, low);
    const options = { x: 'x', y: 'y', curve: 'step-after' } as const;
    // An edge of the paper's colour keeps the line apart from layers of any colour.
    return [
      Plot.lineY(points, { ...options, stroke: paper, strokeWidth: 3.5, strokeOpacity: 0.7 }),
      Plot.lineY(points, { ...options, stroke: colour, strokeWidth: 1.8, strokeDasharray: dash }),
    ];
  });
}

function centres(edges: Float64Array): number[] {
  return Array.from({ length: edges.length - 1 }, (_, bin) => (edges[bin]! + edges[bin + 1]!) / 2);
}

function dataMarks({ data, edges }: StackedFigure, low: number): Plot.Markish[] {
  if (data === undefined) return [];
  const points = centres(edges).flatMap((x, bin) => {
    const [y, error] = [data.values[bin]!, data.errors[bin]!];
    return y > 0 ? [{ x, y, y1: Math.max(low, y - error), y2: y + error }] : [];
  });
  return [
    Plot.ruleX(points, { x: 'x', y1: 'y1', y2: 'y2', stroke: 'var(--data)' }),
    Plot.dot(points, { x: 'x', y: 'y', r: 2.5, fill: 'var(--data)', stroke: paper, strokeWidth: 0.7 }),
  ];
}

function ruleMarks({ rules = [], edges }: StackedFigure): Plot.Markish[] {
  const inside = rules.filter(({ x }) => x > edges[0]! && x < edges[edges.length - 1]!);
  return [
    Plot.ruleX(inside, { x: 'x', stroke: ink, strokeDasharray: '3 3' }),
    Plot.text(apart(inside, (edges[edges.length - 1]! - edges[0]!) / 25), {
      x: 'x',
      text: 'label',
      frameAnchor: 'top',
      rotate: -90,
      textAnchor: 'end',
      dx: -6,
      fontSize: 10,
      fill: ink,
      stroke: paper,
      strokeWidth: 3,
    }),
  ];
}

/** Rules whose names have room beside each other. */
function apart<Rule extends { readonly x: number }>(rules: readonly Rule[], distance: number): Rule[] {
  const kept: Rule[] = [];
  for (const rule of rules) if (kept.every(({ x }) => Math.abs(x - rule.x) >= distance)) kept.push(rule);
  return kept;
}

/** Data over simulation, the statistical error of the simulation as a band. */
function ratioSvg(
  figure: StackedFigure,
  sum: Float64Array,
  data: { readonly values: Float64Array; readonly errors: Float64Array },
): string {
  const { edges, stackErrors } = figure;
  const [least, most] = [0.4, 1.6];
  // No clip paths: resvg, which makes the PNG files, fails on some of what is wholly outside.
  const within = (ratio: number) => Math.min(most, Math.max(least, ratio));
  const points = centres(edges).flatMap((x, bin) => {
    const expected = sum[bin]!;
    if (!(expected > 0) || data.values[bin] === 0) return [];
    const y = data.values[bin]! / expected;
    const error = data.errors[bin]! / expected;
    return [{ x, y, y1: within(y - error), y2: within(y + error) }];
  });
  const band = Array.from(edges, (x, i) => {
    const bin = Math.min(i, edges.length - 2);
    const share = sum[bin]! > 0 ? stackErrors[bin]! / sum[bin]! : 0;
    return { x, y1: within(1 - share), y2: within(1 + share) };
  });
  const inside = points.filter(({ y }) => y >= least && y <= most);
  const outside = points.filter((point) => !inside.includes(point));
  return plotSvg(`${figure.id}-ratio`, {
    width,
    height: 110,
    marginLeft,
    marginRight,
    marginTop: 8,
    marginBottom: 40,
    x: xScale(figure, true),
    y: { domain: [least, most], label: 'data / sim.', labelAnchor: 'center', ticks: 3 },
    marks: [
      Plot.areaY(band, { x: 'x', y1: 'y1', y2: 'y2', fill: ink, fillOpacity: 0.2, curve: 'step-after' }),
      Plot.ruleY([1], { stroke: faint }),
      Plot.ruleX(points, { x: 'x', y1: 'y1', y2: 'y2', stroke: 'var(--data)' }),
      Plot.dot(inside, { x: 'x', y: 'y', r: 2.5, fill: 'var(--data)' }),
      // What lies outside is shown at the edge it left by.
      Plot.dot(outside, {
        x: 'x',
        y: ({ y }: { y: number }) => (y > most ? most : least),
        symbol: 'triangle',
        rotate: ({ y }: { y: number }) => (y > most ? 0 : 180),
        fill: 'var(--bad)',
        r: 4,
      }),
    ],
  });
}

function countLabel(value: number): string {
  const power = Math.round(Math.log10(value));
  if (Math.abs(value / 10 ** power - 1) > 1e-6) return '';
  return power >= 0 && power <= 3 ? String(10 ** power) : `1e${power}`;
}

function legendEntries({ stack, lines, data }: StackedFigure): MarkedName[] {
  return [
    ...(data === undefined ? [] : [{ label: 'data', colour: 'var(--data)', mark: 'point' as const }]),
    ...[...stack].reverse().map(({ label, colour }) => ({ label, colour, mark: 'area' as const })),
    ...lines.map(({ label, colour, dash }) => ({ label, colour, dash, mark: 'line' as const })),
  ];
}
