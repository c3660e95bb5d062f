import { invariant } from '../base/error.js';

/** Bins of equal width over [low, high). */
export interface RegularAxis {
  readonly type: 'regular';
  readonly low: number;
  readonly high: number;
  readonly bins: number;
  /** bins + 1 rising edges, as numpy.linspace(low, high, bins + 1) has them. */
  readonly edges: Float64Array;
}

/** Bins between given edges. */
export interface VariableAxis {
  readonly type: 'variable';
  readonly bins: number;
  /** bins + 1 rising edges. */
  readonly edges: Float64Array;
}

/**
 * Where values are counted. Places of an axis: 0 is the underflow, 1 to `bins` are the bins, bins + 1 is the
 * overflow. Bin k holds edges[k - 1] <= value < edges[k], as in ROOT and boost-histogram (numpy.histogram differs in
 * the last edge alone, which it puts into the last bin).
 */
export type Axis = RegularAxis | VariableAxis;

/** An axis of `bins` equal bins from `low` to `high`, both finite. */
export function regularAxis(low: number, high: number, bins: number): RegularAxis {
  invariant(Number.isInteger(bins) && bins > 0 && bins < 2 ** 31, `an axis of ${bins} bins`);
  const step = (high - low) / bins;
  invariant(
    Number.isFinite(step) && Number.isFinite(1 / step),
    `bins from ${low} to ${high} of width ${step}`,
  );
  const edges = Float64Array.from({ length: bins + 1 }, (_, i) => low + i * step);
  edges[bins] = high;
  checkEdges(edges);
  return { type: 'regular', low, high, bins, edges };
}

/** An axis with bins between the edges, finite and rising. */
export function variableAxis(edges: ArrayLike<number>): VariableAxis {
  const own = Float64Array.from(edges);
  invariant(own.length >= 2, `an axis of ${own.length} edges`);
  checkEdges(own);
  return { type: 'variable', bins: own.length - 1, edges: own };
}

function checkEdges(edges: Float64Array): void {
  for (let i = 0; i < edges.length; i++) {
    invariant(
      Number.isFinite(edges[i]!) && (i === 0 || edges[i]! > edges[i - 1]!),
      `edges of a histogram that are not finite and rising: ${edges.join(', ')}`,
    );
  }
}

/** The place of a value that is not NaN; it agrees with the edges whatever the rounding. */
export function placeOf(axis: Axis, value: number): number {
  const { edges, bins } = axis;
  if (!(value >= edges[0]!)) return 0;
  if (value >= edges[bins]!) return bins + 1;
  return axis.type === 'regular'
    ? regularPlace(edges, axis.low, bins / (axis.high - axis.low), bins, value)
    : variablePlace(edges, bins, value);
}

/** The place of a value between the outer edges; `perUnit` is bins / (high - low). */
export function regularPlace(
  edges: Float64Array,
  low: number,
  perUnit: number,
  bins: number,
  value: number,
): number {
  // Not negative, so that this is the floor.
  let bin = ((value - low) * perUnit) | 0;
  if (bin >= bins) bin = bins - 1;
  // Rounding may miss by one.
  if (value < edges[bin]!) return bin;
  return value >= edges[bin + 1]! ? bin + 2 : bin + 1;
}

/** The place of a value between the outer edges, by halving: the same steps for every value, none to mispredict. */
export function variablePlace(edges: Float64Array, bins: number, value: number): number {
  let place = 0;
  let length = bins;
  while (length > 1) {
    const half = length >>> 1;
    place += half & -Number(value >= edges[place + half]!);
    length -= half;
  }
  return place + 1;
}

/** True where both have the same edges, however they were made. */
export function sameAxis(left: Axis, right: Axis): boolean {
  return left.bins === right.bins && left.edges.every((edge, i) => edge === right.edges[i]);
}
