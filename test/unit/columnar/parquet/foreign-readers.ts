import { DuckDBInstance } from '@duckdb/node-api';
import { type FileMetaData, parquetMetadata, parquetRead } from 'hyparquet';
import { ZSTDDecoder } from 'zstddec';

/** What hyparquet reads from the bytes of a file: every column as plain values, a null as null. */
export async function readWithHyparquet(
  chunks: readonly Uint8Array[],
): Promise<{ metadata: FileMetaData; columns: Record<string, unknown[]> }> {
  const bytes = Uint8Array.from(Buffer.concat(chunks));
  const metadata = parquetMetadata(bytes.buffer);
  const zstd = new ZSTDDecoder();
  await zstd.init();
  const columns: Record<string, unknown[]> = {};
  await parquetRead({
    file: bytes.buffer,
    metadata,
    compressors: { ZSTD: (input, length) => zstd.decode(input, length) },
    onChunk: ({ columnName, columnData, rowStart }) => {
      columns[columnName] ??= [];
      const column = columns[columnName];
      const values = Array.from(columnData as ArrayLike<unknown>);
      for (let i = 0; i < values.length; i++) column[rowStart + i] = plain(values[i]);
    },
  });
  return { metadata, columns };
}

/** The columns that DuckDB answers a query with. */
export async function queryWithDuckdb(sql: string): Promise<Record<string, unknown[]>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.getColumnsObject();
  connection.closeSync();
  instance.closeSync();
  return Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values.map(plain)]));
}

/** Lists of either reader as arrays; a missing value as null. */
function plain(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as ArrayLike<unknown>, plain);
  if (typeof value === 'object' && 'items' in value) return (value.items as unknown[]).map(plain);
  return value;
}
