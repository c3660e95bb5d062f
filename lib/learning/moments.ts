import { invariant, RmmError } from '../base/error.js';
import type { SparseRows } from './sparse-rows.js';

/**
 * Mergeable moments of every column over a set of rows. A row counts for its weight: 1, or abs(w) where the
 * scaler is weighted; `rows`, `filled`, `minimum` and `maximum` count rows whatever their weight.
 */
export interface Moments {
  readonly columns: number;
  readonly rows: number;
  /** Sum of the rows' weights; equal to `rows` without weights. */
  readonly weight: number;
  readonly mean: Float64Array;
  /** Weighted sum of squared distances from the mean. */
  readonly m2: Float64Array;
  /** Rows in which the column is not zero. */
  readonly filled: Float64Array;
  /** Infinity where there are no rows. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
}

/** Moments of no rows: what merging starts from. */
export function emptyMoments(columns: number): Moments {
  return {
    columns,
    rows: 0,
    weight: 0,
    mean: new Float64Array(columns),
    m2: new Float64Array(columns),
    filled: new Float64Array(columns),
    minimum: new Float64Array(columns).fill(Number.POSITIVE_INFINITY),
    maximum: new Float64Array(columns).fill(Number.NEGATIVE_INFINITY),
  };
}

/**
 * Moments of the rows with a non-zero `mask` entry (all rows without a mask), in two passes over the stored
 * values: first the means, then the squared distances from them. What a row does not store is 0 and enters
 * in closed form, (W - W_c) mean^2, so nothing is made dense.
 * @param weights one a row; its absolute value counts. Without it every row counts 1.
 * @throws RmmError `feature_not_finite` naming the first such column
 */
export function rowMoments(
  rows: SparseRows,
  mask?: Uint8Array,
  weights?: Float64Array | Float32Array,
): Moments {
  invariant(mask === undefined || mask.length >= rows.rows, 'the row mask is shorter than the rows');
  invariant(weights === undefined || weights.length >= rows.rows, 'fewer weights than rows');
  const result = emptyMoments(rows.columns);
  const { mean, m2, filled, minimum, maximum } = result;
  const storedRows = new Float64Array(rows.columns);
  const storedWeight = new Float64Array(rows.columns);
  let count = 0;
  let weight = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (mask !== undefined && mask[row] === 0) continue;
    const w = weights === undefined ? 1 : Math.abs(weights[row]!);
    count += 1;
    weight += w;
    const columns = rows.patterns[rows.pattern[row]!]!;
    const start = rows.offsets[row]!;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const value = rows.values[start + index]!;
      mean[column]! += w * value;
      storedWeight[column]! += w;
      storedRows[column]! += 1;
      if (value !== 0) filled[column]! += 1;
      if (value < minimum[column]!) minimum[column] = value;
      if (value > maximum[column]!) maximum[column] = value;
    }
  }
  invariant(Number.isFinite(weight), 'the sum of the weights is not finite');
  if (count === 0) return result;
  for (let column = 0; column < rows.columns; column++) {
    mean[column] = weight > 0 ? mean[column]! / weight : 0;
    if (storedRows[column]! < count) {
      minimum[column] = Math.min(minimum[column]!, 0);
      maximum[column] = Math.max(maximum[column]!, 0);
    }
    // -0 would not survive the compact form of moments-bytes.ts.
    minimum[column]! += 0;
    maximum[column]! += 0;
    if (!Number.isFinite(mean[column]!)) throw notFinite(column);
    m2[column] = (weight - storedWeight[column]!) * mean[column]! * mean[column]!;
  }
  for (let row = 0; row < rows.rows; row++) {
    if (mask !== undefined && mask[row] === 0) continue;
    const w = weights === undefined ? 1 : Math.abs(weights[row]!);
    const columns = rows.patterns[rows.pattern[row]!]!;
    const start = rows.offsets[row]!;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const distance = rows.values[start + index]! - mean[column]!;
      m2[column]! += w * distance * distance;
    }
  }
  return { ...result, rows: count, weight };
}

/**
 * Moments of two sets of rows together (Chan, Golub, LeVeque 1979). Merging with no rows gives the other
 * side's bits unchanged.
 */
export function mergeMoments(left: Moments, right: Moments): Moments {
  invariant(
    left.columns === right.columns,
    `moments of ${left.columns} and ${right.columns} columns cannot merge`,
  );
  if (left.rows === 0) return right;
  if (right.rows === 0) return left;
  const merged = emptyMoments(left.columns);
  const weight = left.weight + right.weight;
  const share = weight > 0 ? right.weight / weight : 0;
  for (let column = 0; column < left.columns; column++) {
    const distance = right.mean[column]! - left.mean[column]!;
    merged.mean[column] = left.mean[column]! + distance * share;
    merged.m2[column] = left.m2[column]! + right.m2[column]! + distance * distance * left.weight * share;
    merged.filled[column] = left.filled[column]! + right.filled[column]!;
    merged.minimum[column] = Math.min(left.minimum[column]!, right.minimum[column]!);
    merged.maximum[column] = Math.max(left.maximum[column]!, right.maximum[column]!);
  }
  return { ...merged, rows: left.rows + right.rows, weight };
}

/**
 * Merges a list by a fixed binary tree: neighbours in list order, level by level, an odd last one going up
 * as it is. The same list gives the same bits, however its members were computed.
 */
export function mergeTree(list: readonly Moments[], columns: number): Moments {
  let level = list;
  while (level.length > 1) {
    const next: Moments[] = [];
    for (let index = 0; index < level.length; index += 2) {
      const left = level[index]!;
      const right = level[index + 1];
      next.push(right === undefined ? left : mergeMoments(left, right));
    }
    level = next;
  }
  return level[0] ?? emptyMoments(columns);
}

function notFinite(column: number): RmmError {
  return new RmmError(
    'feature_not_finite',
    `column ${column} holds a value that is not finite in a training row; expected finite numbers only`,
    { context: { column } },
  );
}
