import * as Plot from '@observablehq/plot';
import { legendInColumns } from './legend.js';
import { belowEachOther } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';

export interface RocPanel {
  readonly title: string;
  /** Points by line: background efficiency, signal efficiency. */
  readonly lines: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

const columns = 3;
const width = 820;
const panelHeight = 190;

/** Signal efficiency against background efficiency, a panel for each signal. */
export function rocSvg(
  id: string,
  labels: readonly string[],
  panels: readonly RocPanel[],
  lowest: number,
): string {
  const styles = [
    { colour: 'var(--accent)', dash: 'none', width: 2.2 },
    { colour: 'var(--bad)', dash: '6 3', width: 1.7 },
    { colour: 'var(--good)', dash: '2 2', width: 1.7 },
  ];
  const height = Math.ceil(panels.length / columns) * panelHeight + 50;
  const placed = panels.map((panel, index) => ({
    ...panel,
    fx: index % columns,
    fy: Math.floor(index / columns),
  }));
  const points = placed.flatMap(({ fx, fy, lines }) =>
    lines.flatMap((line, index) => line.map((point) => ({ ...point, fx, fy, index }))),
  );
  const chance = placed.flatMap(({ fx, fy }) =>
    Array.from({ length: 30 }, (_, i) => {
      const x = lowest ** (1 - i / 29);
      return { fx, fy, x, y: x };
    }),
  );
  const plot = plotSvg(id, {
    width,
    height,
    marginLeft: 52,
    marginRight: 10,
    marginTop: 30,
    marginBottom: 40,
    fx: { axis: null, padding: 0.06 },
    fy: { axis: null, padding: 0.16 },
    x: {
      type: 'log',
      domain: [lowest, 1],
      label: 'background efficiency',
      ticks: [1e-3, 1e-2, 1e-1],
      tickFormat: '~g',
    },
    y: { domain: [0, 1], label: 'signal efficiency', ticks: 3 },
    marks: [
      Plot.frame({ stroke: faint }),
      Plot.lineY(chance, { x: 'x', y: 'y', fx: 'fx', fy: 'fy', stroke: faint }),
      ...styles.map(({ colour, dash, width: strokeWidth }, index) =>
        Plot.lineY(
          points.filter((point) => point.index === index),
          { x: 'x', y: 'y', fx: 'fx', fy: 'fy', stroke: colour, strokeDasharray: dash, strokeWidth },
        ),
      ),
      Plot.text(placed, {
        fx: 'fx',
        fy: 'fy',
        text: 'title',
        frameAnchor: 'top-right',
        dy: -13,
        fontSize: 11,
        fill: ink,
      }),
    ],
  });
  const legend = legendInColumns(
    [
      ...labels.map((label, index) => ({ label, ...styles[index]!, mark: 'line' as const })),
      { label: 'no separation', colour: faint, mark: 'line' as const },
    ],
    width - 60,
  );
  return belowEachOther(
    [
      { svg: plot, height },
      { svg: legend.svg, height: legend.height + 4, x: 52 },
    ],
    width,
  );
}
