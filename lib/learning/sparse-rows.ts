/**
 * What learning reads: rows that are zero outside the columns of their pattern. A batch holds few distinct
 * patterns, so the column list is stored once for each.
 */
export interface SparseRows {
  readonly rows: number;
  /** Width of the dense row. */
  readonly columns: number;
  /** Index into patterns for each row. */
  readonly pattern: Int32Array;
  /** Ascending dense column of each stored value of a row with that pattern. */
  readonly patterns: readonly Int32Array[];
  /** rows + 1 offsets into values. */
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}
