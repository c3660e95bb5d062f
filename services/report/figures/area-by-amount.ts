import * as Plot from '@observablehq/plot';
import { faint, plotSvg } from './plot.js';

export interface AreaPoint {
  readonly amount: number;
  readonly score: string;
  readonly area: number;
  readonly error: number;
}

const colours = ['var(--c1)', 'var(--c2)', 'var(--c3)', 'var(--c4)', 'var(--c5)', 'var(--c6)', 'var(--c7)'];

/** AUC against how much was changed, a line for each score with its name at the end. */
export function areaByAmount(id: string, points: readonly AreaPoint[], label: string): string {
  const scores = [...new Set(points.map(({ score }) => score))];
  const colourOf = (score: string) => colours[scores.indexOf(score) % colours.length]!;
  const last = scores.flatMap((score) => points.filter((point) => point.score === score).slice(-1));
  return plotSvg(id, {
    width: 640,
    height: 380,
    marginRight: 130,
    x: { label, grid: false, inset: 8 },
    y: { label: 'AUC', domain: [Math.min(0.45, ...points.map(({ area }) => area)), 1], grid: true },
    marks: [
      Plot.ruleY([0.5], { stroke: faint, strokeDasharray: '3 3' }),
      Plot.ruleX(points, {
        x: 'amount',
        y1: (point: AreaPoint) => point.area - point.error,
        y2: (point: AreaPoint) => point.area + point.error,
        stroke: (point: AreaPoint) => colourOf(point.score),
      }),
      Plot.line(points, {
        x: 'amount',
        y: 'area',
        z: 'score',
        stroke: (point: AreaPoint) => colourOf(point.score),
      }),
      Plot.dot(points, {
        x: 'amount',
        y: 'area',
        fill: (point: AreaPoint) => colourOf(point.score),
        symbol: 'score',
        r: 3,
      }),
      Plot.text(spread(last), {
        x: 'amount',
        y: 'at',
        text: 'score',
        dx: 10,
        textAnchor: 'start',
        fill: (point: AreaPoint) => colourOf(point.score),
      }),
    ],
    color: { type: 'identity' },
  });
}

/** Labels that do not lie on each other. */
function spread(points: readonly AreaPoint[]): (AreaPoint & { at: number })[] {
  const least = 0.035;
  let before = Number.POSITIVE_INFINITY;
  return [...points]
    .sort((a, b) => b.area - a.area)
    .map((point) => {
      before = Math.min(point.area, before - least);
      return { ...point, at: before };
    });
}
