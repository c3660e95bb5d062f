const sweeps = 30;

/**
 * Orthonormal axes along which rows vary, those of the largest variance first: the eigenvectors of their
 * covariance by Jacobi's rotations (Golub and Van Loan, Matrix Computations, 8.5).
 * @param values rows x columns
 * @returns columns x columns, one axis a row
 */
export function principalAxes(values: Float32Array, columns: number): Float64Array {
  const matrix = scatter(values, columns);
  const axes = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) axes[i * columns + i] = 1;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let turned = false;
    for (let p = 0; p < columns; p++) {
      for (let q = p + 1; q < columns; q++) turned = rotate(matrix, axes, columns, p, q) || turned;
    }
    if (!turned) break;
  }
  const variance = (axis: number) => matrix[axis * columns + axis]!;
  const order = Array.from({ length: columns }, (_, axis) => axis).sort((a, b) => variance(b) - variance(a));
  const sorted = new Float64Array(columns * columns);
  order.forEach((axis, place) => {
    sorted.set(axes.subarray(axis * columns, (axis + 1) * columns), place * columns);
  });
  return sorted;
}

/** Sums of products of distances from the mean. */
function scatter(values: Float32Array, columns: number): Float64Array {
  const rows = values.length / columns;
  const mean = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) mean[i % columns]! += values[i]! / rows;
  const matrix = new Float64Array(columns * columns);
  const distance = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) distance[i] = values[row * columns + i]! - mean[i]!;
    for (let i = 0; i < columns; i++) {
      for (let j = 0; j < columns; j++) matrix[i * columns + j]! += distance[i]! * distance[j]!;
    }
  }
  return matrix;
}

/** Turns axes p and q so that matrix[p][q] becomes 0; false where it is as good as that already. */
function rotate(matrix: Float64Array, axes: Float64Array, size: number, p: number, q: number): boolean {
  const off = matrix[p * size + q]!;
  const first = matrix[p * size + p]!;
  const second = matrix[q * size + q]!;
  if (Math.abs(off) <= 1e-12 * (first + second)) return false;
  const half = (second - first) / (2 * off);
  const tangent = (half < 0 ? -1 : 1) / (Math.abs(half) + Math.sqrt(half * half + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const turn = (values: Float64Array, i: number, j: number) => {
    const [a, b] = [values[i]!, values[j]!];
    values[i] = cosine * a - sine * b;
    values[j] = sine * a + cosine * b;
  };
  for (let k = 0; k < size; k++) turn(matrix, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) {
    turn(matrix, p * size + k, q * size + k);
    turn(axes, p * size + k, q * size + k);
  }
  return true;
}
