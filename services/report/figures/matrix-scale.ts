import * as Plot from '@observablehq/plot';

/** A colour scale, logarithmic, for some of the cells of a picture. */
export interface MatrixScale {
  readonly label: string;
  /** Smallest and largest value with a colour of its own; what lies beyond has the colour of the end. */
  readonly low: number;
  readonly high: number;
  /** `cool` from indigo to green, `warm` from magenta to orange: both are seen on light and on dark. */
  readonly colours: 'cool' | 'warm';
  readonly holds: (column: number) => boolean;
}

const schemes = {
  cool: { scheme: 'viridis', range: [0.2, 0.92] },
  warm: { scheme: 'plasma', range: [0.35, 0.8] },
} as const;

/** The colour of a positive value. */
export function colourOf({ low, high, colours }: MatrixScale): (value: number) => string {
  const { scheme, range } = schemes[colours];
  const scale = Plot.scale({
    color: { type: 'log', domain: [low, high], scheme, range: [...range], clamp: true },
  });
  return (value) => scale.apply(value) as string;
}

/** Powers of ten within a scale, and its ends where there are fewer than two. */
export function ticksOf({ low, high }: Pick<MatrixScale, 'low' | 'high'>): number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); 10 ** power <= high * (1 + 1e-9); power++)
    ticks.push(10 ** power);
  return ticks.length >= 2 ? ticks : [low, high];
}

/**
 * A scale of at most `decades` powers of ten below the largest value; undefined where no value is above 0.
 * The ends are rounded to one digit, outwards, so that pictures of alike values have the same.
 */
export function logRange(
  values: Iterable<number>,
  decades: number,
): { readonly low: number; readonly high: number } | undefined {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) {
    if (!(value > 0) || !Number.isFinite(value)) continue;
    most = Math.max(most, value);
    least = Math.min(least, value);
  }
  if (most === 0) return undefined;
  const high = rounded(most, Math.ceil);
  const low = Math.max(rounded(least, Math.floor), high / 10 ** decades);
  return low < high ? { low, high } : { low: high / 10, high };
}

function rounded(value: number, round: (value: number) => number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  // Not 0.30000000000000004.
  return Number((round(value / unit - (round === Math.ceil ? 1e-9 : -1e-9)) * unit).toPrecision(3));
}
