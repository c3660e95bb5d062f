import { invariant, RmmError } from '../../base/error.js';
import { corrupt } from '../files.js';

/** Mergeable mean and covariance of dense rows; the companion of lib/learning/moments.ts for few columns. */
export interface Covariance {
  readonly columns: number;
  readonly rows: number;
  /** Sum of the rows' weights; equal to `rows` without weights. */
  readonly weight: number;
  readonly mean: Float64Array;
  /** columns x columns: weighted sums of products of distances from the mean. Symmetric. */
  readonly products: Float64Array;
}

/** Of no rows: what merging starts from. */
export function emptyCovariance(columns: number): Covariance {
  return {
    columns,
    rows: 0,
    weight: 0,
    mean: new Float64Array(columns),
    products: new Float64Array(columns * columns),
  };
}

/**
 * Of `count` dense rows with a non-zero `mask` entry, in two passes: the mean, then products of distances from it.
 * @param values count x columns, row by row
 * @param weights one a row; the absolute value counts. Without it every row counts 1.
 * @throws RmmError `feature_not_finite` naming the first such column
 */
export function rowCovariance(
  values: Float32Array,
  count: number,
  columns: number,
  mask?: Uint8Array,
  weights?: Float64Array,
): Covariance {
  const { mean, products } = emptyCovariance(columns);
  let rows = 0;
  let weight = 0;
  for (let row = 0; row < count; row++) {
    if (mask !== undefined && mask[row] === 0) continue;
    const w = weights === undefined ? 1 : Math.abs(weights[row]!);
    rows += 1;
    weight += w;
    for (let column = 0; column < columns; column++) mean[column]! += w * values[row * columns + column]!;
  }
  invariant(Number.isFinite(weight), 'the sum of the weights is not finite');
  for (let column = 0; column < columns; column++) {
    mean[column] = weight > 0 ? mean[column]! / weight : 0;
    if (!Number.isFinite(mean[column]!)) throw notFinite(column);
  }
  const distance = new Float64Array(columns);
  for (let row = 0; row < count; row++) {
    if (mask !== undefined && mask[row] === 0) continue;
    const w = weights === undefined ? 1 : Math.abs(weights[row]!);
    for (let i = 0; i < columns; i++) {
      distance[i] = values[row * columns + i]! - mean[i]!;
      for (let j = 0; j <= i; j++) products[i * columns + j]! += w * distance[i]! * distance[j]!;
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < i; j++) products[j * columns + i] = products[i * columns + j]!;
  }
  return { columns, rows, weight, mean, products };
}

/**
 * Of two sets of rows together (Chan, Golub, LeVeque 1979). Merging with no rows gives the other side's bits
 * unchanged. For equal bits whatever the division of work, merge blocks by lib/flow/merge-tree.ts in the order
 * of (sample, file, block) (decisions.md 10).
 */
export function mergeCovariances(left: Covariance, right: Covariance): Covariance {
  const { columns } = left;
  invariant(columns === right.columns, `covariances of ${columns} and ${right.columns} columns cannot merge`);
  if (left.rows === 0) return right;
  if (right.rows === 0) return left;
  const merged = emptyCovariance(columns);
  const weight = left.weight + right.weight;
  const share = weight > 0 ? right.weight / weight : 0;
  const factor = left.weight * share;
  for (let i = 0; i < columns; i++) {
    const distance = right.mean[i]! - left.mean[i]!;
    merged.mean[i] = left.mean[i]! + distance * share;
    for (let j = 0; j < columns; j++) {
      const at = i * columns + j;
      const other = right.mean[j]! - left.mean[j]!;
      merged.products[at] = left.products[at]! + right.products[at]! + distance * other * factor;
    }
  }
  return { ...merged, rows: left.rows + right.rows, weight };
}

/** The covariance matrix, ddof 0 as scikit-learn's EmpiricalCovariance; zeros without weight. */
export function covarianceMatrix({ products, weight }: Covariance): Float64Array {
  return products.map((product) => (weight > 0 ? product / weight : 0));
}

/** Bit for bit, float64 little-endian: columns, rows, weight, mean, products. */
export function covarianceToBytes({ columns, rows, weight, mean, products }: Covariance): Uint8Array {
  const bytes = new Uint8Array(8 * (3 + columns + columns * columns));
  const view = new DataView(bytes.buffer);
  [columns, rows, weight, ...mean, ...products].forEach((value, index) => {
    view.setFloat64(8 * index, value, true);
  });
  return bytes;
}

/** Reads what covarianceToBytes wrote. @throws RmmError `model_corrupt` where length or columns do not fit */
export function covarianceFromBytes(bytes: Uint8Array, columns: number): Covariance {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expected = 8 * (3 + columns + columns * columns);
  if (bytes.length !== expected || view.getFloat64(0, true) !== columns) {
    throw corrupt(
      `these ${bytes.length} bytes are no covariance of ${columns} columns, which has ${expected} bytes`,
    );
  }
  const read = (from: number, count: number) =>
    Float64Array.from({ length: count }, (_, index) => view.getFloat64(8 * (from + index), true));
  return {
    columns,
    rows: view.getFloat64(8, true),
    weight: view.getFloat64(16, true),
    mean: read(3, columns),
    products: read(3 + columns, columns * columns),
  };
}

function notFinite(column: number): RmmError {
  return new RmmError(
    'feature_not_finite',
    `high-level feature ${column} is not finite in a training row; expected finite numbers only`,
    { context: { column } },
  );
}
