import { invariant } from '../../lib/base/error.js';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import {
  createRowColumns,
  fromBatchColumns,
  type RowColumns,
  rowColumnNames,
  sliceRowColumns,
} from './row-columns.js';

/** Row columns of a fixed capacity, filled block by block. */
export class RowTable {
  readonly capacity: number;
  rows = 0;
  readonly columns: RowColumns;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.columns = createRowColumns(capacity);
  }

  /** Makes room for `count` more rows and returns the index of the first of them. */
  extend(count: number): number {
    const first = this.rows;
    invariant(first + count <= this.capacity, `a table of ${this.capacity} rows got ${first + count}`);
    this.rows = first + count;
    return first;
  }

  /** Rows [from, to), without copying. */
  slice(from: number, to: number): RowColumns {
    return sliceRowColumns(this.columns, from, to);
  }

  /** Appends the rows of a batch whose columns `toBatchColumns` made; returns the index of the first of them. */
  append(batch: Batch): number {
    return this.appendRows(fromBatchColumns(batch), batch.rows);
  }

  /** Appends `rows` rows; returns the index of the first of them. */
  appendRows(columns: RowColumns, rows: number): number {
    const first = this.extend(rows);
    for (const name of rowColumnNames)
      (this.columns[name] as Float64Array).set(columns[name] as Float64Array, first);
    return first;
  }

  clear(): void {
    this.rows = 0;
  }
}
