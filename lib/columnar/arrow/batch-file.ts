import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { AtomicFile } from '../../base/atomic-file.js';
import { fromSystemError, RmmError } from '../../base/error.js';
import type { Batch } from './batch.js';
import {
  type BatchIndex,
  closingLength,
  corrupt,
  decodeIndex,
  encodeIndex,
  endOfStream,
  type IndexedBatch,
  indexLength,
} from './batch-index.js';
import { decodeStream, type ExpectedSchema } from './decode.js';
import { encodeMessages, indexed } from './encode.js';

/**
 * Writes batches of one schema to a file, one after the other: a single Arrow IPC stream with the index
 * behind it. The file has its name only once it is whole.
 */
export class BatchFileWriter {
  readonly #file: AtomicFile;
  readonly #batches: IndexedBatch[] = [];
  #schema: Uint8Array | undefined;

  /** Makes the folder when missing. @throws disk_full, io_failed */
  constructor(path: string) {
    this.#file = new AtomicFile(path);
  }

  get path(): string {
    return this.#file.path;
  }

  /** Columns and schema must be those of the first batch. @throws table_shape_invalid, disk_full, io_failed */
  write(batch: Batch): void {
    const { schema, body } = encodeMessages(batch);
    if (this.#schema === undefined) {
      this.#schema = schema.slice();
      this.#file.write(schema);
    } else if (Buffer.compare(this.#schema, schema) !== 0) {
      this.abort();
      throw new RmmError(
        'table_shape_invalid',
        `${this.path}: a batch has another schema than the first one`,
      );
    }
    this.#batches.push(indexed(batch, this.#file.position, body));
    this.#file.write(body);
  }

  /** End mark, index, fsync: all but the name. A file needs at least one batch, if of no rows. */
  prepare(): AtomicFile {
    const schema = this.#schema;
    if (schema === undefined) {
      this.abort();
      throw new RmmError('table_shape_invalid', `${this.path}: no batch was written`);
    }
    this.#file.write(endOfStream);
    this.#file.write(
      encodeIndex({ schemaBytes: schema.length, schemaCrc: crc32(schema), batches: this.#batches }),
    );
    return this.#file.prepare();
  }

  /** The same, and gives the file its name. */
  finish(): void {
    this.prepare().publish();
  }

  /** Gives up: closes and deletes the temporary file. Harmless after `finish`. */
  abort(): void {
    this.#file.abort();
  }
}

/** Reads the batches of a file in any order, each into memory of its own. */
export class BatchFileReader {
  readonly path: string;
  readonly #expected: ExpectedSchema;
  readonly #descriptor: number;
  readonly #index: BatchIndex;
  readonly #schema: Uint8Array;

  /** @throws io_failed, arrow_batch_corrupt */
  constructor(path: string, expected: ExpectedSchema) {
    this.path = path;
    this.#expected = expected;
    try {
      this.#descriptor = openSync(path, 'r');
    } catch (error) {
      throw fromSystemError(error, 'opening', path);
    }
    try {
      const size = fstatSync(this.#descriptor).size;
      const tail = this.#read(Math.max(0, size - closingLength), Math.min(size, closingLength));
      const length = indexLength(tail, size, path);
      this.#index = decodeIndex(this.#read(size - length, length), size, path);
      this.#schema = this.#read(0, this.#index.schemaBytes);
      if (crc32(this.#schema) !== this.#index.schemaCrc) throw corrupt(path, 'has a damaged schema');
    } catch (error) {
      this.close();
      throw fromSystemError(error, 'reading', path);
    }
  }

  get batches(): number {
    return this.#index.batches.length;
  }

  get rows(): number {
    return this.#index.batches.reduce((sum, batch) => sum + batch.rows, 0);
  }

  /** Rows of batch `number`, without reading it. */
  rowsOf(number: number): number {
    return this.#index.batches[number]?.rows ?? 0;
  }

  /** Batch `number`, counted from 0. @throws arrow_batch_corrupt, arrow_schema_mismatch, io_failed */
  batch(number: number): Batch {
    const entry = this.#index.batches[number];
    const name = `${number} of ${this.path}`;
    if (entry === undefined) throw corrupt(name, `does not exist: the file has ${this.batches}`);
    const { schemaBytes } = this.#index;
    try {
      // An ArrayBuffer of its own starts aligned, so the columns are views of it.
      const stream = new Uint8Array(schemaBytes + entry.bytes);
      stream.set(this.#schema);
      this.#readInto(stream.subarray(schemaBytes), entry.offset);
      return decodeStream(stream, schemaBytes, entry, this.#expected, name);
    } catch (error) {
      throw fromSystemError(error, 'reading', this.path);
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #read(position: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#readInto(bytes, position);
    return bytes;
  }

  #readInto(bytes: Uint8Array, position: number): void {
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.#descriptor, bytes, filled, bytes.length - filled, position + filled);
      if (count === 0) throw corrupt(this.path, `ends at byte ${position + filled}`);
      filled += count;
    }
  }
}
