/** Types of single values; 64-bit integers arrive as BigInt arrays, bool as bytes of 0 and 1. */
export type ScalarType =
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

export type NumberArray =
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

/** What an entry of a branch is: one value, `length` values, or a varying number of values. */
export type ColumnShape =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'fixed'; readonly length: number }
  | { readonly kind: 'jagged' };

export type CodecName = 'none' | 'zlib' | 'lz4' | 'zstd' | 'lzma' | 'old';

/** What a person or a profile wants to know of a branch. */
export interface BranchInfo {
  /** Name as in the tree; branches inside branches as 'parent/child'. */
  readonly name: string;
  /** C++ type in the words of uproot: 'float', 'int32_t', 'float[3]', 'float[]', 'std::vector<float>'. */
  readonly typeName: string;
  /** Type of the values, null where this reader cannot read the branch (`why` says why). */
  readonly type: ScalarType | null;
  readonly shape: ColumnShape;
  readonly title: string;
  readonly entries: number;
  readonly baskets: number;
  /** Bytes on disk of all baskets with their headers. */
  readonly compressedBytes: number;
  readonly uncompressedBytes: number;
  /** Codec that the branch's settings name; the baskets themselves say what is used. */
  readonly codec: CodecName;
  readonly why?: string;
}

export interface TreeInfo {
  /** Name with its directories: 'nominal/mini'. */
  readonly name: string;
  readonly cycle: number;
  readonly title: string;
  readonly entries: number;
  readonly branches: readonly BranchInfo[];
}

/** A basket kept inside the tree's own record instead of a place of its own in the file. */
export interface EmbeddedBasket {
  readonly entries: number;
  /** Length of the key that the stored offsets count from. */
  readonly keyLength: number;
  /** Content in big-endian order as on disk, uncompressed. */
  readonly content: Uint8Array;
  /** Entry offsets as stored (from the key's start), null where every entry has the same size. */
  readonly offsets: Int32Array | null;
}

/**
 * How an entry's values are stored: alone, behind a std::vector's byte count, version and number (10 bytes),
 * or behind the byte that a class's counted array begins with.
 */
export type EntryEncoding = 'plain' | 'vector' | 'counted';

/** Where a branch's values are: n baskets on disk, then the embedded ones. */
export interface BranchLayout {
  readonly encoding: EntryEncoding;
  /** Name of the branch that counts the values of each entry, for baskets that keep no offsets. */
  readonly counter?: string;
  /** Byte position of each basket on disk. */
  readonly seek: Float64Array;
  /** Length of each basket on disk, key included. */
  readonly bytes: Int32Array;
  /** First entry of each basket, embedded ones too, and the end: baskets + 1 values. */
  readonly firstEntry: Float64Array;
  readonly embedded: readonly EmbeddedBasket[];
}

export interface BranchMetadata extends BranchInfo {
  readonly layout: BranchLayout | null;
}

export interface TreeMetadata extends TreeInfo {
  readonly branches: readonly BranchMetadata[];
}

/**
 * All that is needed to read columns of a file: a plain object that survives structuredClone, so one thread
 * can open a file and others read it with `columnReaderFrom`.
 */
export interface RootMetadata {
  readonly path: string;
  readonly size: number;
  /** TFile UUID, '' in files older than UUIDs. */
  readonly uuid: string;
  /** sha256 (hex) over the header bytes, the key lists and the trees' records. */
  readonly metadataHash: string;
  readonly trees: readonly TreeMetadata[];
  /** Names of RNTuples in the file, which this reader does not read. */
  readonly ntuples: readonly string[];
}

/** Values of a range of entries; the arrays are views on reused buffers, valid until the next read. */
export type Column =
  | { readonly kind: 'scalar'; readonly values: NumberArray }
  | { readonly kind: 'fixed'; readonly length: number; readonly values: NumberArray }
  | { readonly kind: 'jagged'; readonly offsets: Int32Array; readonly values: NumberArray };

export interface ColumnReader {
  readonly entries: number;
  /** Bytes of baskets that were read from the file so far, compressed. */
  readonly bytesRead: number;
  /** Reads entries [first, first + count) of the branches asked for, in their order. Synchronous. */
  read(first: number, count: number): Column[];
  close(): void;
}
