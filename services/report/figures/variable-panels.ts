import * as Plot from '@observablehq/plot';
import type { VariableCounts } from '../../agreement/variable-counts.js';
import { compact, variableAxis } from './axes.js';
import { legendInColumns, type MarkedName } from './legend.js';
import { belowEachOther } from './panels.js';
import { plotSvg } from './plot.js';
import { type Point, pointMarks } from './steps.js';

const width = 520;
const margins = { marginLeft: 62, marginRight: 8 };
const lowerHeight = 110;
/** Ratios are drawn from 0 to this; a point above is at the edge, as an arrow. */
const ratioTop = 2;

/** One variable, counts above on a logarithmic axis and ratios below, with a legend below them. */
export interface VariablePanels {
  readonly variable: VariableCounts;
  readonly edges: Float64Array;
  readonly upper: {
    readonly id: string;
    readonly height: number;
    readonly domain: readonly [number, number];
    readonly label: string;
    readonly marks: readonly Plot.Markish[];
  };
  readonly lower: { readonly id: string; readonly label: string; readonly marks: readonly Plot.Markish[] };
  readonly legend: readonly MarkedName[];
}

export function variablePanels({ variable, edges, upper, lower, legend }: VariablePanels): string {
  const frame = { width, ...margins } as const;
  const above = plotSvg(upper.id, {
    ...frame,
    height: upper.height,
    marginTop: 16,
    marginBottom: 6,
    x: variableAxis(variable, edges, false),
    y: {
      type: 'log',
      domain: [...upper.domain],
      label: upper.label,
      labelAnchor: 'center',
      labelArrow: 'none',
      ticks: 4,
      tickFormat: (value: number) => compact(value),
    },
    marks: [...upper.marks],
  });
  const below = plotSvg(lower.id, {
    ...frame,
    height: lowerHeight,
    marginTop: 6,
    marginBottom: 38,
    x: variableAxis(variable, edges, true),
    y: { domain: [0, ratioTop], label: lower.label, labelAnchor: 'center', labelArrow: 'none', ticks: 4 },
    marks: [...lower.marks],
  });
  const names = legendInColumns(legend, width - margins.marginLeft);
  return belowEachOther(
    [
      { svg: above, height: upper.height },
      { svg: below, height: lowerHeight },
      { svg: names.svg, height: names.height + 4, x: margins.marginLeft },
    ],
    width,
  );
}

/** The nearest ratio that is drawn. */
export function withinRatios(value: number): number {
  return Math.min(ratioTop, Math.max(0, value));
}

/** Ratios as points with their errors, and arrows for those above the panel. */
export function ratioMarks(points: readonly Point[], colour: string): Plot.Markish[] {
  return [
    ...pointMarks(
      points.filter(({ y }) => y <= ratioTop),
      withinRatios,
      colour,
    ),
    Plot.dot(
      points.filter(({ y }) => y > ratioTop),
      { x: 'x', y: ratioTop * 0.96, symbol: 'triangle', r: 3, fill: colour },
    ),
  ];
}
