/**
 * Rows that one scaler has scaled, as differences from its baseline row: of each row only the values of its
 * pattern's trained columns. What the network is trained on needs no more.
 */
export interface ScaledCells {
  /** Id of the scaler. */
  readonly scaler: string;
  readonly rows: number;
  /** Width of the dense row before scaling. */
  readonly columns: number;
  /** Index into patterns for each row. */
  readonly pattern: Int32Array;
  /** Ascending dense columns of a row with that pattern, the ones that are not trained included. */
  readonly patterns: readonly Int32Array[];
  /** rows + 1 offsets into values. */
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}

/** Scaled rows with what goes around the network, which scores need. */
export interface ScaledRows extends ScaledCells {
  /** Sums over the columns that go around of the squared and of the absolute scaled distance, by row. */
  readonly squares: Float64Array;
  readonly absolutes: Float64Array;
}
