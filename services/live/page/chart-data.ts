export interface ChartLine {
  readonly name: string;
  /** Custom property of the theme. */
  readonly colour: string;
  readonly kind: 'line' | 'dashed' | 'fill' | 'points';
  /** In the legend beside the name. */
  readonly note?: string;
}

export interface DrawnLine extends ChartLine {
  readonly y: readonly (number | null)[];
  /** What the line is by itself where y is another thing: a sum in a stack, nothing on a logarithmic axis. */
  readonly own?: readonly (number | null)[];
}

export interface ChartData {
  readonly x: readonly number[];
  /** Of the axes, with units. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** What stands there while there is nothing to draw. */
  readonly empty: string;
  readonly lines: readonly DrawnLine[];
  /** The place of a point of x, and a value there, in words: what is said at the cursor. */
  readonly placeText: (at: number) => string;
  readonly valueText: (value: number) => string;
}

/** What the lines of a chart are at one place of it. */
export interface Reading {
  readonly place: string;
  readonly values: readonly { readonly line: ChartLine; readonly text: string }[];
}

/** Lines that are not known there are left out. */
export function readingAt({ lines, placeText, valueText }: ChartData, at: number): Reading {
  return {
    place: placeText(at),
    values: lines.flatMap((line) => {
      const value = (line.own ?? line.y)[at] ?? null;
      return value === null ? [] : [{ line, text: valueText(value) }];
    }),
  };
}

/**
 * The middle of the bin in which a place lies, as a number of x, which holds edges and middles of bins in turn; places
 * outside are those of the first and the last bin.
 */
export function middleAt(x: ArrayLike<number>, place: number): number {
  const bins = (x.length - 1) / 2;
  const bin = Math.floor((place - x[0]!) / (x[2]! - x[0]!));
  return 2 * Math.min(bins - 1, Math.max(0, bin)) + 1;
}

/** 1200000 -> "1.2M": an axis has little room. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  for (const [unit, letter] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const)
    if (size >= unit) return `${Number((value / unit).toPrecision(3))}${letter}`;
  return size >= 1e-3 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
}
