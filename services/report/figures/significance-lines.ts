import * as Plot from '@observablehq/plot';
import { legendInColumns } from './legend.js';
import { belowEachOther } from './panels.js';
import { faint, ink, plotSvg } from './plot.js';

export interface SignificanceLine {
  readonly label: string;
  readonly colour: string;
  readonly dash: string;
  readonly width: number;
}

export interface SignificancePanel {
  readonly title: string;
  /** Points by line, in the order of the lines; without a y where it is not defined. */
  readonly lines: readonly (readonly { readonly x: number; readonly y: number | undefined }[])[];
}

const columns = 3;
const width = 820;
const panelHeight = 190;

/** Significance against a MET threshold, a panel for each region, all of one scale on a logarithmic scale of three decades up to `highest`. */
export function significanceSvg(
  id: string,
  lines: readonly SignificanceLine[],
  panels: readonly SignificancePanel[],
  highest: number,
): string {
  const lowest = highest / 1000;
  const rows = Math.ceil(panels.length / columns);
  const height = rows * panelHeight + 50;
  const placed = panels.map((panel, index) => ({
    ...panel,
    fx: index % columns,
    fy: Math.floor(index / columns),
  }));
  const points = placed.flatMap(({ fx, fy, lines: drawn }) =>
    drawn.flatMap((line, index) =>
      line.map(({ x, y }) => ({
        fx,
        fy,
        x,
        y: y === undefined ? Number.NaN : Math.min(highest, Math.max(lowest, y)),
        index,
      })),
    ),
  );
  const plot = plotSvg(id, {
    width,
    height,
    marginLeft: 52,
    marginRight: 10,
    marginBottom: 40,
    marginTop: 30,
    fx: { axis: null, padding: 0.06 },
    fy: { axis: null, padding: 0.12 },
    x: { label: 'MET threshold [GeV]', nice: true, ticks: 4 },
    y: {
      type: 'log',
      domain: [lowest, highest * 1.3],
      label: 'expected significance',
      ticks: 3,
      tickFormat: '~g',
    },
    marks: [
      Plot.frame({ stroke: faint }),
      ...lines.map(({ colour, dash, width }, index) =>
        Plot.lineY(
          points.filter((point) => point.index === index),
          { x: 'x', y: 'y', fx: 'fx', fy: 'fy', stroke: colour, strokeDasharray: dash, strokeWidth: width },
        ),
      ),
      Plot.text(placed, {
        fx: 'fx',
        fy: 'fy',
        text: 'title',
        frameAnchor: 'top-right',
        dy: -12,
        fontSize: 11,
        fill: ink,
      }),
    ],
  });
  const legend = legendInColumns(
    lines.map((line) => ({ ...line, mark: 'line' })),
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
