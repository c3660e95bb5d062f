import * as Plot from '@observablehq/plot';
import { colourOf, type MatrixScale, ticksOf } from './matrix-scale.js';
import { faint, ink, plotSvg } from './plot.js';

/** A square matrix as a picture: cells that are not above 0 stay empty. */
export interface MatrixPicture {
  /** "met", "j1", ... by slot: names of rows and columns. */
  readonly slots: readonly string[];
  /** Slots at which a type of object begins: lines are drawn before them. */
  readonly starts: readonly number[];
  /** Slots x slots, row by row. */
  readonly values: ArrayLike<number>;
  readonly scales: readonly MatrixScale[];
  /** Cells with a frame. */
  readonly marked?: readonly number[];
  /** Text that shows where the pointer rests on a cell. */
  readonly title: (column: number) => string;
}

interface Box {
  readonly x1: number;
  readonly x2: number;
  readonly y1: number;
  readonly y2: number;
  readonly fill: string;
  readonly title?: string;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Pixels of a cell, and room for the names of slots. */
const cell = 15;
const margin = 32;
/** In cells: from the matrix to a bar, its width, and with its numbers. */
const barGap = 0.8;
const barWidth = 0.8;
const barRoom = 3.8;
const barSteps = 24;

/** Draws a matrix with the names of its slots on both axes and a bar for each colour scale to its right. */
export function matrixSvg(id: string, picture: MatrixPicture): string {
  const { slots, starts, scales } = picture;
  const size = slots.length;
  const columns = size + barRoom * scales.length;
  const bars = scales.map((scale, index) => barOf(scale, size + barGap + index * barRoom, size));
  const lines = [0, ...starts, size];
  const small = { fill: ink, fontSize: 10 } as const;
  const line = { stroke: faint, strokeWidth: 0.7 } as const;
  return plotSvg(id, {
    width: Math.round(margin + columns * cell),
    height: Math.round(margin + (size + 1) * cell),
    marginLeft: margin,
    marginTop: margin,
    marginRight: 0,
    marginBottom: cell,
    x: { domain: [0, columns], axis: null },
    y: { domain: [size, 0], axis: null },
    marks: [
      Plot.rect(
        scales.flatMap((scale) => cellsOf(picture, scale)),
        { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'fill', title: 'title' },
      ),
      Plot.rect(
        (picture.marked ?? []).map((column) => boxOf(column, size)),
        { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'none', stroke: ink, strokeWidth: 2 },
      ),
      Plot.rect(
        bars.flatMap(({ steps }) => steps),
        { x1: 'x1', x2: 'x2', y1: 'y1', y2: 'y2', fill: 'fill' },
      ),
      Plot.link(lines, { x1: 0, x2: size, y1: (at) => at, y2: (at) => at, ...line }),
      Plot.link(lines, { y1: 0, y2: size, x1: (at) => at, x2: (at) => at, ...line }),
      Plot.text(slots, {
        x: 0,
        y: (_, at) => at + 0.5,
        text: (name) => name,
        textAnchor: 'end',
        dx: -4,
        ...small,
      }),
      Plot.text(slots, {
        x: (_, at) => at + 0.5,
        y: 0,
        text: (name) => name,
        rotate: -90,
        textAnchor: 'start',
        dy: -4,
        ...small,
      }),
      Plot.text(
        bars.flatMap(({ ticks }) => ticks),
        { x: 'x', y: 'y', text: 'text', textAnchor: 'start', dx: 3, ...small },
      ),
      Plot.text(
        bars.map(({ label }) => label),
        { x: 'x', y: 'y', text: 'text', textAnchor: 'end', dy: 10, ...small },
      ),
    ],
  });
}

function cellsOf({ slots, values, title }: MatrixPicture, scale: MatrixScale): Box[] {
  const size = slots.length;
  const colour = colourOf(scale);
  const cells: Box[] = [];
  for (let column = 0; column < size * size; column++) {
    const value = values[column]!;
    if (!scale.holds(column) || !(value > 0)) continue;
    cells.push({ ...boxOf(column, size), fill: colour(value), title: title(column) });
  }
  return cells;
}

function boxOf(column: number, size: number): Pick<Box, 'x1' | 'x2' | 'y1' | 'y2'> {
  const x1 = column % size;
  const y1 = Math.floor(column / size);
  return { x1, x2: x1 + 1, y1, y2: y1 + 1 };
}

function barOf(
  scale: MatrixScale,
  x: number,
  size: number,
): { readonly steps: readonly Box[]; readonly ticks: readonly Label[]; readonly label: Label } {
  const colour = colourOf(scale);
  const decades = Math.log10(scale.high / scale.low);
  /** From the lower end, at the bottom of the matrix, up. */
  const place = (share: number) => size * (1 - share);
  const steps = Array.from({ length: barSteps }, (_, step) => ({
    x1: x,
    x2: x + barWidth,
    y1: place((step + 1) / barSteps),
    y2: place(step / barSteps),
    fill: colour(scale.low * 10 ** (((step + 0.5) / barSteps) * decades)),
  }));
  const ticks = ticksOf(scale).map((value) => ({
    x: x + barWidth,
    y: place(Math.log10(value / scale.low) / decades),
    text: value >= 1e-3 && value < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(0),
  }));
  return { steps, ticks, label: { x: x - barGap + barRoom, y: size, text: scale.label } };
}
