import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
} from 'hyparquet';
import { ZSTDDecoder } from 'zstddec';
import { fromSystemError, RmmError } from '../../base/error.js';
import { corrupt, newSink, type ReadColumn, type Sink } from './column-sink.js';

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
  const file = await opened(path);
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

async function opened(path: string): Promise<AsyncBuffer> {
  try {
    return await asyncBufferFromFile(path);
  } catch (error) {
    throw fromSystemError(error, 'opening', path);
  }
}

/** Names of the columns of a Parquet file, in its order. @throws parquet_corrupt, io_failed */
export async function parquetColumnNames(path: string): Promise<string[]> {
  const file = await opened(path);
  try {
    const { schema } = await parquetMetadataAsync(file);
    return schema.slice(1).map(({ name }) => name);
  } catch (error) {
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
