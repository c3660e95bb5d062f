/**
 * Mahalanobis distance sqrt(z^T C^-1 z) of standardised rows, by forward substitution: with C = L L^T it is the
 * length of y in L y = z (P. C. Mahalanobis, Proc. Natl. Inst. Sci. India 2 (1936) 49).
 * @param standardised rows x columns
 * @param factor L, columns x columns, lower
 * @param out one distance a row, from out[at] on
 */
export function mahalanobisDistances(
  standardised: Float32Array,
  rows: number,
  factor: Float64Array,
  out: Float64Array,
  at = 0,
): void {
  const columns = Math.round(Math.sqrt(factor.length));
  const y = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let i = 0; i < columns; i++) {
      let rest = standardised[row * columns + i]!;
      for (let k = 0; k < i; k++) rest -= factor[i * columns + k]! * y[k]!;
      rest /= factor[i * columns + i]!;
      y[i] = rest;
      sum += rest * rest;
    }
    out[at + row] = Math.sqrt(sum);
  }
}
