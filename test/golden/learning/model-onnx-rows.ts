import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { SparseRows } from '../../../lib/learning/sparse-rows.js';

interface StoredRows {
  readonly columns: number;
  readonly rows: readonly { readonly cells: readonly number[]; readonly values: readonly number[] }[];
}

/** Rows of features of model-onnx.json, every row with a pattern of its own. */
export function modelOnnxRows(): SparseRows {
  const path = join(packageRoot, 'test/golden/learning/model-onnx.json');
  const { rows, columns } = JSON.parse(readFileSync(path, 'utf8')) as StoredRows;
  const offsets = new Int32Array(rows.length + 1);
  for (const [row, { cells }] of rows.entries()) offsets[row + 1] = offsets[row]! + cells.length;
  return {
    rows: rows.length,
    columns,
    pattern: Int32Array.from({ length: rows.length }, (_, row) => row),
    patterns: rows.map(({ cells }) => Int32Array.from(cells)),
    offsets,
    values: Float32Array.from(rows.flatMap(({ values }) => [...values])),
  };
}
