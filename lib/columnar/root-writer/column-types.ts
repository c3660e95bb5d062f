/** The types of value that a branch may hold; 64-bit integers travel as BigInt arrays, booleans as bytes 0 or 1. */
export type ColumnType =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

export type ColumnValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/**
 * One branch's part of a batch. A jagged column's entry i is values[offsets[i] .. offsets[i+1]); a fixed one's is
 * values[i x length .. (i + 1) x length).
 */
export interface WriterColumn {
  readonly values: ColumnValues;
  readonly offsets?: Int32Array | Uint32Array | undefined;
}

/** How ROOT stores a type: the leaf class TLeaf?, the letter in a branch's title, bytes a value. */
export interface LeafType {
  readonly leafClass: string;
  readonly letter: string;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly unsigned: boolean;
}

/** TTree's documentation lists the letters; an upper-case one is signed, its lower-case twin is not. */
export const leafTypes: Readonly<Record<ColumnType, LeafType>> = {
  bool: { leafClass: 'TLeafO', letter: 'O', bytes: 1, unsigned: false },
  int8: { leafClass: 'TLeafB', letter: 'B', bytes: 1, unsigned: false },
  uint8: { leafClass: 'TLeafB', letter: 'b', bytes: 1, unsigned: true },
  int16: { leafClass: 'TLeafS', letter: 'S', bytes: 2, unsigned: false },
  uint16: { leafClass: 'TLeafS', letter: 's', bytes: 2, unsigned: true },
  int32: { leafClass: 'TLeafI', letter: 'I', bytes: 4, unsigned: false },
  uint32: { leafClass: 'TLeafI', letter: 'i', bytes: 4, unsigned: true },
  int64: { leafClass: 'TLeafL', letter: 'L', bytes: 8, unsigned: false },
  uint64: { leafClass: 'TLeafL', letter: 'l', bytes: 8, unsigned: true },
  float32: { leafClass: 'TLeafF', letter: 'F', bytes: 4, unsigned: false },
  float64: { leafClass: 'TLeafD', letter: 'D', bytes: 8, unsigned: false },
};

/**
 * A branch to write. `flat`: one value an entry. `fixed`: `length` values an entry. `vector`: a std::vector, as in ATLAS Open Data. `counted`: a
 * C array whose length is in the integer branch `counter`, which must come before it in the list.
 */
export type BranchSpec = { readonly name: string; readonly type: ColumnType } & (
  | { readonly form: 'flat' | 'vector' }
  | { readonly form: 'fixed'; readonly length: number }
  | { readonly form: 'counted'; readonly counter: string }
);
