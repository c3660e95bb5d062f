import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
import { ZSTDDecoder } from 'zstddec';
import { fromSystemError, RmmError } from '../../base/error.js';

export type ReadNumbers = Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A column of numbers; a null is NaN (only float and double columns may hold nulls). */
export interface ReadNumberColumn {
  readonly type: 'int16' | 'int32' | 'int64' | 'float' | 'double';
  readonly data: ReadNumbers;
}

/** A column of strings, as codes into the strings in the order in which they first occur. */
export interface ReadStringColumn {
  readonly type: 'dictionary';
  readonly codes: Int32Array;
  readonly dictionary: readonly string[];
}

export type ReadColumn = ReadNumberColumn | ReadStringColumn;

export interface ReadTable {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ReadColumn>>;
  /** Key-value metadata of the footer. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** No page of ours is larger than a few MiB, whatever a damaged header says. */
const pageLimit = 1 << 28;
/** A page needs tens of bytes for at most 65,536 rows, so a file cannot honestly hold more rows than this a byte. */
const rowsPerByte = 8192;

let decoder: Promise<ZSTDDecoder> | undefined;

async function zstdDecoder(): Promise<ZSTDDecoder> {
  decoder ??= (async () => {
    const made = new ZSTDDecoder();
    await made.init();
    return made;
  })();
  return decoder;
}

/**
 * Reads columns of a Parquet file by name: flat numbers and strings, zstd, snappy or uncompressed.
 * Reads the pages of these columns only.
 * @throws parquet_column_missing, parquet_unsupported, parquet_corrupt, io_failed
 */
export async function readParquetColumns<Name extends string>(
  path: string,
  names: readonly Name[],
): Promise<ReadTable & { readonly columns: Readonly<Record<Name, ReadColumn>> }> {
  let file: AsyncBuffer;
  try {
    file = await asyncBufferFromFile(path);
  } catch (error) {
    throw fromSystemError(error, 'opening', path);
  }
  try {
    const metadata = await parquetMetadataAsync(file);
    const rows = rowCount(path, metadata, file.byteLength);
    const sinks = new Map(names.map((name) => [name as string, newSink(path, metadata, name, rows)]));
    // Without a column to read hyparquet would read them all.
    if (names.length > 0) await readRowGroups(path, file, metadata, names, sinks);
    const columns = Object.fromEntries([...sinks].map(([name, sink]) => [name, sink.finish()]));
    const facts = (metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? '']);
    return { rows, columns: columns as Record<Name, ReadColumn>, metadata: Object.fromEntries(facts) };
  } catch (error) {
    if (error instanceof RmmError) throw error;
    throw corrupt(
      path,
      `cannot be read as Parquet: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

/** One row group at a time: hyparquet reads all that it is given at once. */
async function readRowGroups(
  path: string,
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  sinks: ReadonlyMap<string, Sink>,
): Promise<void> {
  const zstd = await zstdDecoder();
  let first = 0;
  for (const group of metadata.row_groups) {
    const rowStart = first;
    const rowEnd = rowStart + Number(group.num_rows);
    first = rowEnd;
    // hyparquet does not expect its callback to throw.
    const failures: unknown[] = [];
    await parquetRead({
      file,
      metadata,
      columns: [...names],
      rowStart,
      rowEnd,
      compressors: { ZSTD: (bytes, length) => decompress(path, zstd, bytes, length) },
      onChunk: ({ columnName, columnData, rowStart, rowEnd }) => {
        try {
          sinks.get(columnName)?.take(columnData as ArrayLike<unknown>, rowStart, rowEnd);
        } catch (error) {
          failures.push(error);
        }
      },
    });
    if (failures.length > 0) throw failures[0];
  }
}

function rowCount(path: string, metadata: FileMetaData, bytes: number): number {
  const rows = Number(metadata.num_rows);
  const grouped = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== grouped || rows < 0 || rows > bytes * rowsPerByte) {
    throw corrupt(path, `says it holds ${rows} rows, ${grouped} in its row groups, in ${bytes} bytes`);
  }
  return rows;
}

function decompress(path: string, zstd: ZSTDDecoder, bytes: Uint8Array, length: number): Uint8Array {
  if (length > pageLimit)
    throw corrupt(path, `has a page of ${length} bytes; none of ours is above ${pageLimit}`);
  if (length === 0) return new Uint8Array(0);
  const plain = zstd.decode(bytes, length);
  // The library gives its error codes as lengths.
  if (plain.length !== length) throw corrupt(path, 'has a page whose zstd data is damaged');
  return plain;
}

interface Sink {
  take(values: ArrayLike<unknown>, start: number, end: number): void;
  finish(): ReadColumn;
}

function newSink(path: string, metadata: FileMetaData, name: string, rows: number): Sink {
  const place = metadata.schema.findIndex((element, i) => i > 0 && element.name === name);
  const element = metadata.schema[place];
  if (element === undefined || place < 0) {
    const known = metadata.schema.slice(1).map((other) => other.name);
    throw new RmmError(
      'parquet_column_missing',
      `${path} has no column "${name}"; it has ${known.join(', ')}`,
      {
        context: { path, column: name },
      },
    );
  }
  switch (element.num_children ? undefined : element.type) {
    case 'INT32':
      return element.converted_type === 'INT_16'
        ? numberSink(path, name, 'int16', new Int16Array(rows))
        : numberSink(path, name, 'int32', new Int32Array(rows));
    case 'INT64':
      return numberSink(path, name, 'int64', new BigInt64Array(rows));
    case 'FLOAT':
      return numberSink(path, name, 'float', new Float32Array(rows));
    case 'DOUBLE':
      return numberSink(path, name, 'double', new Float64Array(rows));
    case 'BYTE_ARRAY':
      return stringSink(path, name, rows);
    default:
      throw new RmmError(
        'parquet_unsupported',
        `${path}: column "${name}" is neither numbers nor strings of one value a row`,
        { context: { path, column: name } },
      );
  }
}

function numberSink(path: string, name: string, type: ReadNumberColumn['type'], data: ReadNumbers): Sink {
  let filled = 0;
  const floats = data instanceof Float32Array || data instanceof Float64Array;
  return {
    take(values, start, end) {
      if (end - start !== values.length || end > data.length) throw misplaced(path, name);
      filled += values.length;
      // Chunks without nulls are typed arrays, copied as a block.
      if (ArrayBuffer.isView(values)) (data as { set(from: unknown, at: number): void }).set(values, start);
      else {
        for (let i = 0; i < values.length; i++) {
          const value = values[i] as number | bigint | null | undefined;
          if (value !== null && value !== undefined) data[start + i] = value;
          else if (floats) data[start + i] = Number.NaN;
          else
            throw new RmmError(
              'parquet_unsupported',
              `${path}: column "${name}" of whole numbers holds nulls`,
            );
        }
      }
    },
    finish() {
      if (filled !== data.length) throw misplaced(path, name);
      return { type, data };
    },
  };
}

function stringSink(path: string, name: string, rows: number): Sink {
  const codes = new Int32Array(rows);
  const dictionary: string[] = [];
  const known = new Map<string, number>();
  let filled = 0;
  let last = '';
  let lastCode = -1;
  return {
    take(values, start, end) {
      if (end - start !== values.length || end > rows) throw misplaced(path, name);
      filled += values.length;
      for (let i = 0; i < values.length; i++) {
        const text = values[i];
        if (typeof text !== 'string') {
          throw new RmmError(
            'parquet_unsupported',
            `${path}: column "${name}" holds something else than strings`,
          );
        }
        if (text !== last || lastCode < 0) {
          last = text;
          lastCode = known.get(text) ?? dictionary.length;
          if (lastCode === dictionary.length) {
            known.set(text, lastCode);
            dictionary.push(text);
          }
        }
        codes[start + i] = lastCode;
      }
    },
    finish() {
      if (filled !== rows) throw misplaced(path, name);
      return { type: 'dictionary', codes, dictionary };
    },
  };
}

function misplaced(path: string, name: string): RmmError {
  return corrupt(path, `has pages of column "${name}" that do not add up to its rows`);
}

function corrupt(path: string, problem: string, cause?: unknown): RmmError {
  return new RmmError('parquet_corrupt', `${path} ${problem}`, {
    context: { path },
    ...(cause !== undefined && { cause }),
  });
}
