/**
 * The wire form of features. In a matrix feature set a row is its slot mask and the (n+1) x (n+1) block of
 * its occupied slots, row by row, everything else being 0; in a table feature set (`report33`, `report13`)
 * maskWords is 0 and a row is its `columns` values.
 */
export interface FeatureRows {
  readonly rows: number;
  /** Width of the dense row: n x n cells of the matrix, or the number of table columns. */
  readonly columns: number;
  /** 32-bit words of slot mask a row; bit s of word w is slot 32 w + s; slot 0 (met) is always set. */
  readonly maskWords: number;
  /** rows x maskWords. */
  readonly masks: Uint32Array;
  /** rows + 1 offsets into values. */
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}

/** What a feature column measures; decides how a value that goes around the network is scaled. */
export type ColumnKind = 'gev' | 'rapidity' | 'imbalance' | 'plain';

/** Names and kinds of the columns of a feature set. */
export interface FeatureLayout {
  readonly type: string;
  /** What travels with every output, for example "rmm/thesis/T4N5/j6b6e5m5". */
  readonly id: string;
  readonly columns: number;
  readonly maskWords: number;
  readonly names: readonly string[];
  readonly kinds: readonly ColumnKind[];
  /** Slots of each type of object, which fill from the first one on; none in a table. */
  readonly slotGroups: readonly { readonly first: number; readonly count: number }[];
}
