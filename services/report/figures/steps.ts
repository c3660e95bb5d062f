import * as Plot from '@observablehq/plot';
import type { VariableBins } from '../../agreement/variable-bins.js';
import { ink } from './plot.js';

/** One step of a line or area: the content of the bin from x on. */
export interface Step {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** Steps over the bins; the last one is repeated at the last edge. */
export function stepsOf(edges: Float64Array, low: Float64Array, high: Float64Array): Step[] {
  return Array.from(edges, (x, i) => {
    const bin = Math.min(i, low.length - 1);
    return { x, low: low[bin]!, high: high[bin]! };
  });
}

/** Points with their error bars. */
export function pointMarks(points: readonly Point[], clamp: (value: number) => number, colour = ink) {
  return [
    Plot.ruleX(points, {
      x: 'x',
      y1: ({ low }: Point) => clamp(low),
      y2: ({ high }: Point) => clamp(high),
      stroke: colour,
    }),
    Plot.dot(points, { x: 'x', y: 'y', r: 2, fill: colour }),
  ];
}

/** Middle of a bin, as it is drawn. */
export function middle(bins: VariableBins, edges: Float64Array, bin: number): number {
  const [low, high] = [edges[bin]!, edges[bin + 1]!];
  return bins.scale === 'log10' ? Math.sqrt(low * high) : (low + high) / 2;
}
