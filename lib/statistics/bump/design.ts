import type { Family } from './families.js';

/** Points and half weights of Gauss and Legendre on [-1, 1]. */
const points = [-0.906179845938664, -0.5384693101056831, 0, 0.5384693101056831, 0.906179845938664];
const shares = [
  0.11846344252809454, 0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454,
];

/** Points in every bin at which the density is taken: the integral over the bin is then exact to the 9th power. */
export const pointsPerBin = points.length;

/**
 * What a fit reads of a family over some bins: its functions at every point, made orthonormal (they are nearly
 * parallel as they are, and Newton's method would lose its digits), and the way back to the parameters.
 */
export interface Design {
  readonly family: Family;
  readonly bins: number;
  /** Number of parameters. */
  readonly size: number;
  /** bins x points: width of what a point stands for, in GeV. */
  readonly widths: Float64Array;
  /** bins x points x size. */
  readonly basis: Float64Array;
  /** size x size, upper triangle: coefficients of the basis = triangle x parameters. */
  readonly triangle: Float64Array;
  /** Coefficients of the straight line through the logarithms of the counts, where a fit begins. */
  readonly start: Float64Array;
}

/** @param scale sqrt(s) in GeV, above the last edge */
export function designOf(family: Family, edges: Float64Array, counts: Float64Array, scale: number): Design {
  const bins = counts.length;
  const size = family.functions.length;
  const rows = bins * pointsPerBin;
  const widths = new Float64Array(rows);
  const weights = new Float64Array(rows);
  const basis = new Float64Array(rows * size);
  const logs = new Float64Array(rows);
  for (let bin = 0; bin < bins; bin++) {
    const low = edges[bin]!;
    const width = edges[bin + 1]! - low;
    for (let point = 0; point < pointsPerBin; point++) {
      const row = bin * pointsPerBin + point;
      const x = (low + (width * (1 + points[point]!)) / 2) / scale;
      widths[row] = width * shares[point]!;
      weights[row] = (counts[bin]! + 0.5) * shares[point]!;
      logs[row] = Math.log((counts[bin]! + 0.5) / width);
      for (let k = 0; k < size; k++) basis[row * size + k] = family.functions[k]!(x);
    }
  }
  const triangle = orthonormalise(basis, weights, size);
  const start = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < size; k++) start[k]! += weights[row]! * basis[row * size + k]! * logs[row]!;
  }
  return { family, bins, size, widths, basis, triangle, start };
}

/** Gram and Schmidt, modified, twice over for the last digits. Returns R of basis = (new basis) R. */
function orthonormalise(basis: Float64Array, weights: Float64Array, size: number): Float64Array {
  const triangle = new Float64Array(size * size);
  const product = (left: number, right: number) => {
    let sum = 0;
    for (let row = 0; row < weights.length; row++)
      sum += weights[row]! * basis[row * size + left]! * basis[row * size + right]!;
    return sum;
  };
  for (let k = 0; k < size; k++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        const part = product(j, k);
        triangle[j * size + k]! += part;
        for (let row = 0; row < weights.length; row++)
          basis[row * size + k]! -= part * basis[row * size + j]!;
      }
    }
    const length = Math.sqrt(product(k, k));
    triangle[k * size + k] = length;
    for (let row = 0; row < weights.length; row++) basis[row * size + k]! /= length;
  }
  return triangle;
}

/** R^-1 v, R an upper triangle. */
export function solveTriangle(triangle: Float64Array, size: number, values: ArrayLike<number>): Float64Array {
  const solved = new Float64Array(size);
  for (let k = size - 1; k >= 0; k--) {
    let rest = values[k]!;
    for (let j = k + 1; j < size; j++) rest -= triangle[k * size + j]! * solved[j]!;
    solved[k] = rest / triangle[k * size + k]!;
  }
  return solved;
}
