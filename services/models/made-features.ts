import { Random } from '../../lib/learning/random.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import type { SparseRows } from '../../lib/learning/sparse-rows.js';

/**
 * Made rows of unscaled features, to try a model on: the first all 0, the others with some columns filled within a
 * few divisors of their centre, and so neither well known nor absurd. Every column is stored, so that the values
 * are dense rows too.
 */
export function madeFeatures(scaler: Scaler, rows: number): SparseRows {
  const { columns, center, divisor } = scaler;
  const random = new Random('made', [columns]);
  const values = new Float32Array(rows * columns);
  for (let row = 1; row < rows; row++) {
    const filled = random.unit();
    for (let column = 0; column < columns; column++) {
      const distance = 4 * (random.unit() + random.unit() - 1) * divisor[column]!;
      if (random.unit() < filled) values[row * columns + column] = center[column]! + distance;
    }
  }
  return {
    rows,
    columns,
    pattern: new Int32Array(rows),
    patterns: [Int32Array.from({ length: columns }, (_, column) => column)],
    offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * columns),
    values,
  };
}
