import * as Plot from '@observablehq/plot';
import type { VariableCounts } from '../../agreement/variable-counts.js';
import { compact, variableAxis } from './axes.js';
import { type LegendEntry, legendSvg, panelsSvg } from './panels.js';
import { plotSvg } from './plot.js';
import { type Point, pointMarks } from './steps.js';

const width = 560;
const legendWidth = 130;
const margins = { marginLeft: 62, marginRight: 8 };
const lowerHeight = 110;
/** Ratios are drawn from 0 to this; a point above is at the edge, as an arrow. */
const ratioTop = 2;

/** One variable, counts above on a logarithmic axis and ratios below, with a legend beside them. */
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
  readonly legend: readonly LegendEntry[];
}

export function variablePanels({ variable, edges, upper, lower, legend }: VariablePanels): string {
  const frame = { width: width - legendWidth, ...margins } as const;
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
  return panelsSvg(width, upper.height + lowerHeight, [
    { svg: above, x: 0, y: 0 },
    { svg: below, x: 0, y: upper.height },
    { svg: legendSvg(legend, legendWidth), x: width - legendWidth, y: 12 },
  ]);
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
