import * as Plot from '@observablehq/plot';
import { faint, ink, plotSvg } from './plot.js';

/** Bars of columns, the longest on top. */
export function columnBarsSvg(
  id: string,
  bars: readonly { readonly name: string; readonly value: number }[],
  label: string,
): string {
  const longest = Math.max(...bars.map(({ name }) => name.length), 1);
  return plotSvg(id, {
    width: 460,
    height: 50 + 16 * bars.length,
    marginLeft: 14 + 7 * longest,
    marginRight: 44,
    x: { label, grid: true, nice: true },
    y: { label: null, domain: bars.map(({ name }) => name) },
    marks: [
      Plot.barX(bars, { x: 'value', y: 'name', fill: 'var(--accent)' }),
      Plot.text(bars, {
        x: 'value',
        y: 'name',
        text: ({ value }) => value.toPrecision(2),
        textAnchor: 'start',
        dx: 4,
        fill: ink,
        fontSize: 10,
      }),
      Plot.ruleX([0], { stroke: faint }),
    ],
  });
}
