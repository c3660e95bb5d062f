import { RmmError } from '../../base/error.js';

/** Numbers, one a row. `int16` is Parquet INT32 with the logical type of 16 bits. */
export type NumberColumn = Nullable &
  (
    | { readonly name: string; readonly type: 'int16'; readonly data: SmallIntegers }
    | { readonly name: string; readonly type: 'int32'; readonly data: SmallIntegers | Int32Array }
    | { readonly name: string; readonly type: 'int64'; readonly data: BigInt64Array }
    | { readonly name: string; readonly type: 'float'; readonly data: Float32Array }
    | { readonly name: string; readonly type: 'double'; readonly data: Float64Array }
  );

type SmallIntegers = Int16Array | Uint8Array | Int8Array;

interface Nullable {
  /** One byte a row, 0 where the value is null. Its presence makes the column nullable in the schema. */
  readonly validity?: Uint8Array;
  /** A nullable float or double column whose nulls are the NaN of `data`; not together with `validity`. */
  readonly nanIsNull?: boolean;
}

/** Truth values, one a row, as bytes of 0 and 1; one bit each in the file. */
export interface BooleanColumn {
  readonly name: string;
  readonly type: 'boolean';
  readonly flags: Uint8Array;
}

/** Strings, one a row, as codes into a dictionary. Unused entries are not written. */
export interface DictionaryColumn {
  readonly name: string;
  readonly type: 'dictionary';
  readonly codes: Uint8Array | Uint16Array | Int16Array | Int32Array;
  readonly dictionary: readonly string[];
}

/** Lists of numbers: row i holds values[offsets[i]] up to values[offsets[i + 1]]. */
export type ListColumn =
  | {
      readonly name: string;
      readonly type: 'list<int32>';
      readonly offsets: Int32Array;
      readonly values: Int32Array;
    }
  | {
      readonly name: string;
      readonly type: 'list<float>';
      readonly offsets: Int32Array;
      readonly values: Float32Array;
    };

export type ParquetColumn = NumberColumn | BooleanColumn | DictionaryColumn | ListColumn;
export type ParquetColumnType = ParquetColumn['type'];

/** Rows that a column holds. */
export function columnRows(column: ParquetColumn): number {
  if ('codes' in column) return column.codes.length;
  if ('flags' in column) return column.flags.length;
  return 'offsets' in column ? Math.max(0, column.offsets.length - 1) : column.data.length;
}

export function isNullable(column: ParquetColumn): boolean {
  return 'data' in column && (column.validity !== undefined || column.nanIsNull === true);
}

/** The rows [start, end) of a column, without copying. */
export function sliceColumn(column: ParquetColumn, start: number, end: number): ParquetColumn {
  if (start === 0 && end === columnRows(column)) return column;
  if ('codes' in column) return { ...column, codes: column.codes.subarray(start, end) };
  if ('flags' in column) return { ...column, flags: column.flags.subarray(start, end) };
  if ('offsets' in column) return { ...column, offsets: column.offsets.subarray(start, end + 1) };
  const data = column.data.subarray(start, end);
  const sliced = { ...column, data } as NumberColumn;
  return column.validity === undefined
    ? sliced
    : ({ ...sliced, validity: column.validity.subarray(start, end) } as NumberColumn);
}

/** @throws table_shape_invalid where the columns do not form a table of `rows` rows. */
export function checkColumns(columns: readonly ParquetColumn[], rows: number): void {
  const names = new Set<string>();
  for (const column of columns) {
    if (names.has(column.name)) throw invalid(column.name, 'appears twice');
    names.add(column.name);
    if (columnRows(column) !== rows) {
      throw invalid(column.name, `holds ${columnRows(column)} rows where the table has ${rows}`);
    }
    if ('offsets' in column) checkOffsets(column);
    else if ('data' in column) {
      if (column.validity !== undefined && column.validity.length !== rows) {
        throw invalid(column.name, `has ${column.validity.length} validity bytes for ${rows} rows`);
      }
      if (column.nanIsNull === true && (column.validity !== undefined || !/float|double/.test(column.type))) {
        throw invalid(column.name, 'may use nanIsNull only as a float or double without validity');
      }
    }
  }
}

function checkOffsets(column: ListColumn): void {
  const { offsets } = column;
  if (offsets.length === 0)
    throw invalid(column.name, 'has no offsets: a list column needs rows + 1 of them');
  let previous = offsets[0]!;
  let sound = previous >= 0;
  for (let i = 1; i < offsets.length; i++) {
    const next = offsets[i]!;
    if (next < previous) sound = false;
    previous = next;
  }
  if (!sound || previous > column.values.length) {
    throw invalid(column.name, `has offsets that fall, or end beyond its ${column.values.length} values`);
  }
}

export function invalid(name: string, problem: string): RmmError {
  return new RmmError('table_shape_invalid', `Parquet column "${name}" ${problem}`, {
    context: { column: name },
  });
}
