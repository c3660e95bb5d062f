import { crc32 } from 'node:zlib';
import { ByteSink } from './byte-sink.js';
import { type EncodingCode, encodingCode, pageType } from './format.js';
import { ThriftWriter } from './thrift-writer.js';
import type { Compress } from './zstd.js';

/** Compresses pages, puts their headers before them and keeps count of where they lie in the file. */
export class PageWriter {
  /** The page under construction, before compression. */
  readonly body = new ByteSink(1 << 20);
  readonly #header = new ThriftWriter();
  readonly #compress: Compress | undefined;
  #chunks: Uint8Array[] = [];
  #integers = new Int32Array(0);
  /** Bytes in the file so far. */
  position: number;
  /** Bytes so far if nothing had been compressed; headers count in both. */
  uncompressed: number;

  constructor(position: number, compress: Compress | undefined) {
    this.position = position;
    this.uncompressed = position;
    this.#compress = compress;
  }

  get compresses(): boolean {
    return this.#compress !== undefined;
  }

  /**
   * Small whole numbers as 32-bit ones, in scratch space that lasts until the next call: loops over one kind
   * of array are several times faster than loops that meet four.
   */
  widen(source: Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array): Int32Array {
    if (source instanceof Int32Array) return source;
    if (this.#integers.length < source.length) this.#integers = new Int32Array(source.length);
    const wide = this.#integers.subarray(0, source.length);
    wide.set(source);
    return wide;
  }

  raw(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.position += bytes.length;
    this.uncompressed += bytes.length;
  }

  /** Closes `body` as a dictionary page of `values` entries. */
  dictionaryPage(values: number, compressed: boolean): void {
    this.#page(pageType.dictionary, compressed, (header) => {
      header.struct(7, () => {
        header.i32(1, values);
        header.i32(2, encodingCode.plain);
      });
    });
  }

  /** Closes `body` as a data page (version 1) of `values` values, nulls and empty lists counted. */
  dataPage(values: number, encoding: EncodingCode, compressed: boolean): void {
    this.#page(pageType.data, compressed, (header) => {
      header.struct(5, () => {
        header.i32(1, values);
        header.i32(2, encoding);
        header.i32(3, encodingCode.rle);
        header.i32(4, encodingCode.rle);
      });
    });
  }

  take(): Uint8Array[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #page(type: number, compressed: boolean, writeKind: (header: ThriftWriter) => void): void {
    const plain = this.body.view();
    const stored = compressed && this.#compress ? this.#compress(plain) : this.body.copy();
    const header = this.#header;
    header.clear();
    header.i32(1, type);
    header.i32(2, plain.length);
    header.i32(3, stored.length);
    header.i32(4, crc32(stored) | 0);
    writeKind(header);
    header.stop();
    const headerBytes = header.sink.copy();
    this.#chunks.push(headerBytes, stored);
    this.position += headerBytes.length + stored.length;
    this.uncompressed += headerBytes.length + plain.length;
    this.body.clear();
  }
}
