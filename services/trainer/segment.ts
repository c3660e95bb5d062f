import { crc32 } from 'node:zlib';
import { invariant, RmmError } from '../../lib/base/error.js';

/**
 * Training rows on their way to a bucket: what order, weight and features need, nothing else. The values are those
 * of all filled cells, or of scaled rows the trained ones only; which, the plan of the store says.
 */
export interface TrainingRows {
  readonly rows: number;
  readonly columns: number;
  readonly maskWords: number;
  /** Halves of the 64-bit hash that orders a megaset. */
  readonly hashHigh: Uint32Array;
  readonly hashLow: Uint32Array;
  /** Index of the source file in the run's order of fingerprints: second key of the order. */
  readonly source: Int32Array;
  /** Entry in that file: third key. */
  readonly entry: Float64Array;
  readonly weight: Float64Array;
  /** Process number of the event: what `balanced` sample weights go by. */
  readonly channel: Int32Array;
  readonly masks: Uint32Array;
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}

/**
 * The columns with one value a row, in the order of the file. A further column is a line here and in TrainingRows, and
 * another mark.
 */
const rowColumns = {
  hashHigh: Uint32Array,
  hashLow: Uint32Array,
  source: Int32Array,
  channel: Int32Array,
  entry: Float64Array,
  weight: Float64Array,
} as const satisfies { readonly [Name in keyof TrainingRows]?: unknown };

export type RowColumn = keyof typeof rowColumns;
export const rowColumnNames = Object.keys(rowColumns) as RowColumn[];

/** The columns with one value a row, each made by `column`. */
export function makeRowColumns(column: <Name extends RowColumn>(name: Name) => TrainingRows[Name]) {
  return Object.fromEntries(rowColumnNames.map((name) => [name, column(name)])) as Pick<
    TrainingRows,
    RowColumn
  >;
}

/** A column of zeros. */
export function emptyColumn<Name extends RowColumn>(name: Name, rows: number): TrainingRows[Name] {
  return new rowColumns[name](rows) as TrainingRows[Name];
}

/** Names this layout of a segment; another layout has another one. */
const magic = 0x524d4d54;
const headerWords = 8;

function pad8(bytes: number): number {
  return (bytes + 7) & ~7;
}

/** Bytes of a segment of so many rows, mask words and values. */
export function segmentBytes(rows: number, maskWords: number, values: number): number {
  const columns = rowColumnNames.map((name) => pad8(rows * rowColumns[name].BYTES_PER_ELEMENT));
  return (
    columns.reduce((sum, bytes) => sum + bytes, pad8(headerWords * 4)) +
    pad8(rows * maskWords * 4) +
    pad8((rows + 1) * 4) +
    pad8(values * 4)
  );
}

/** One segment of a bucket file: a header and the columns, each aligned to 8 bytes, in this machine's byte order. */
export function encodeSegment(rows: TrainingRows): Uint8Array {
  const values = rows.offsets[rows.rows] as number;
  const bytes = new Uint8Array(segmentBytes(rows.rows, rows.maskWords, values));
  new Uint32Array(bytes.buffer, 0, headerWords).set([
    magic,
    rows.rows,
    rows.columns,
    rows.maskWords,
    values,
    bytes.length,
  ]);
  let at = pad8(headerWords * 4);
  const put = (column: Uint32Array | Int32Array | Float32Array | Float64Array, length: number) => {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, length * column.BYTES_PER_ELEMENT), at);
    at += pad8(length * column.BYTES_PER_ELEMENT);
  };
  for (const name of rowColumnNames) put(rows[name], rows.rows);
  put(rows.masks, rows.rows * rows.maskWords);
  put(rows.offsets, rows.rows + 1);
  put(rows.values, values);
  invariant(at === bytes.length, 'a segment has the length that was computed for it');
  new Uint32Array(bytes.buffer)[6] = checksum(bytes);
  return bytes;
}

/** The kind of a column, as a constructor of one. */
function kindOf<Name extends RowColumn>(name: Name): ColumnKind<TrainingRows[Name]> {
  return rowColumns[name] as unknown as ColumnKind<TrainingRows[Name]>;
}

interface ColumnKind<Column> {
  new (buffer: ArrayBufferLike, offset: number, length: number): Column;
  readonly BYTES_PER_ELEMENT: number;
}

/** crc32 of a segment without the place of the checksum itself. */
function checksum(segment: Uint8Array): number {
  return crc32(segment.subarray(headerWords * 4), crc32(segment.subarray(0, 24)));
}

export function damaged(path: string, what: string): RmmError {
  return new RmmError(
    'partial_damaged',
    `${path} ${what}; delete its folder and run the same command again, or start over with --fresh`,
    { context: { path } },
  );
}

/** Every segment of a bucket file, as views on `bytes` (8-byte aligned). @throws partial_damaged */
export function decodeSegments(bytes: Uint8Array, where: string): TrainingRows[] {
  invariant(bytes.byteOffset % 8 === 0, 'segments are read from aligned bytes');
  const found: TrainingRows[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + headerWords * 4 > bytes.length) throw damaged(where, 'ends within a header');
    const header = new Uint32Array(bytes.buffer, bytes.byteOffset + at, headerWords);
    const [mark, rows, columns, maskWords, values, length, sum] = header as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (mark !== magic || length !== segmentBytes(rows, maskWords, values))
      throw damaged(where, `is damaged at byte ${at}`);
    if (at + length > bytes.length) throw damaged(where, 'ends within a segment');
    if (checksum(bytes.subarray(at, at + length)) !== sum)
      throw damaged(where, `fails its checksum in the segment at byte ${at}`);
    let next = bytes.byteOffset + at + pad8(headerWords * 4);
    const take = <Column>(kind: ColumnKind<Column>, size: number): Column => {
      const column = new kind(bytes.buffer, next, size);
      next += pad8(size * kind.BYTES_PER_ELEMENT);
      return column;
    };
    found.push({
      rows,
      columns,
      maskWords,
      ...makeRowColumns((name) => take(kindOf(name), rows)),
      masks: take(Uint32Array, rows * maskWords),
      offsets: take(Int32Array, rows + 1),
      values: take(Float32Array, values),
    });
    at += length;
  }
  return found;
}
