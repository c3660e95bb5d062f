import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { syncFolder, temporarySuffix, writeFileAtomic } from '../../base/atomic-file.js';
import { fromSystemError } from '../../base/error.js';
import { makeFolder } from '../../base/make-folder.js';
import { columnRows, type ParquetColumn } from './column.js';
import { encodeParquet, type ParquetOptions, TableEncoder } from './table-encoder.js';

/** Writes a whole table to `path`, atomically. @throws table_shape_invalid, disk_full, io_failed */
export function writeParquetFile(
  path: string,
  columns: readonly ParquetColumn[],
  options: ParquetOptions = {},
): void {
  writeFileAtomic(path, encodeParquet(columns, options));
}

/**
 * Writes a Parquet file piece by piece in the memory of one piece. The bytes go to a temporary file beside
 * `path`; `finish` makes it durable and gives it its name, so `path` is never seen half-written.
 */
export class ParquetFileWriter {
  readonly path: string;
  readonly #temporary: string;
  readonly #encoder: TableEncoder;
  #descriptor: number | undefined;
  /** Rows written so far. */
  rows = 0;

  /** Makes the folder when missing. @throws io_failed, zstd_unavailable */
  constructor(path: string, options: ParquetOptions = {}) {
    this.path = path;
    this.#temporary = join(dirname(path), `.${basename(path)}${temporarySuffix}`);
    this.#encoder = new TableEncoder(options);
    this.#attempt('opening', () => {
      makeFolder(dirname(path));
      this.#descriptor = openSync(this.#temporary, 'w');
    });
  }

  /**
   * Writes `columns` as one or more row groups; gather rows up to `rowGroupRows` first, small groups read
   * slowly. @throws table_shape_invalid, disk_full, io_failed
   */
  writeRowGroup(columns: readonly ParquetColumn[]): void {
    const chunks = this.#encoder.rowGroups(columns);
    this.#attempt('writing', () => this.#write(chunks));
    if (columns.length > 0) this.rows += columnRows(columns[0]!);
  }

  /** Footer, fsync, rename, folder fsync. @throws disk_full, io_failed */
  finish(): void {
    this.#attempt('writing', () => {
      this.#write(this.#encoder.end());
      fsyncSync(this.#descriptor!);
      closeSync(this.#descriptor!);
      this.#descriptor = undefined;
      renameSync(this.#temporary, this.path);
      syncFolder(dirname(this.path));
    });
  }

  /** Gives up: closes and deletes the temporary file. Harmless after `finish`. */
  abort(): void {
    if (this.#descriptor === undefined) return;
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    rmSync(this.#temporary, { force: true });
  }

  #write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      let written = 0;
      while (written < chunk.byteLength) written += writeSync(this.#descriptor!, chunk, written);
    }
  }

  #attempt(doing: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.abort();
      throw fromSystemError(error, doing, this.path);
    }
  }
}
