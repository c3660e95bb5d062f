import { AtomicFile, prepareFileAtomic } from '../../base/atomic-file.js';
import { columnRows, type ParquetColumn } from './column.js';
import { encodeParquet, type ParquetOptions, TableEncoder } from './table-encoder.js';

/** Prepares a file of a whole table, to be published at `path`. @throws table_shape_invalid, disk_full, io_failed */
export function prepareParquetFile(
  path: string,
  columns: readonly ParquetColumn[],
  options: ParquetOptions = {},
): AtomicFile {
  return prepareFileAtomic(path, encodeParquet(columns, options));
}

/** Writes a whole table to `path`, atomically. @throws table_shape_invalid, disk_full, io_failed */
export function writeParquetFile(
  path: string,
  columns: readonly ParquetColumn[],
  options: ParquetOptions = {},
): void {
  prepareParquetFile(path, columns, options).publish();
}

/**
 * Writes a Parquet file piece by piece in the memory of one piece. The bytes go to a temporary file beside
 * `path`; `finish` makes it durable and gives it its name, so `path` is never seen half-written.
 */
export class ParquetFileWriter {
  readonly #file: AtomicFile;
  readonly #encoder: TableEncoder;
  /** Rows written so far. */
  rows = 0;

  /** Makes the folder when missing. @throws disk_full, io_failed, zstd_unavailable */
  constructor(path: string, options: ParquetOptions = {}) {
    this.#encoder = new TableEncoder(options);
    this.#file = new AtomicFile(path);
  }

  get path(): string {
    return this.#file.path;
  }

  /**
   * Writes `columns` as one or more row groups; gather rows up to `rowGroupRows` first, small groups read
   * slowly. @throws table_shape_invalid, disk_full, io_failed
   */
  writeRowGroup(columns: readonly ParquetColumn[]): void {
    for (const chunk of this.#encoder.rowGroups(columns)) this.#file.write(chunk);
    if (columns.length > 0) this.rows += columnRows(columns[0]!);
  }

  /** Footer, fsync, rename, folder fsync. @throws disk_full, io_failed */
  finish(): void {
    for (const chunk of this.#encoder.end()) this.#file.write(chunk);
    this.#file.finish();
  }

  /** Gives up: closes and deletes the temporary file. Harmless after `finish`. */
  abort(): void {
    this.#file.abort();
  }
}
