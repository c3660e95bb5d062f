import { bitWidth, writePackedCodes, writePresence, writeRepeatedRun } from './bit-pack.js';
import { writeSplit4, writeSplit8 } from './byte-stream-split.js';
import type { ParquetColumn } from './column.js';
import { type DictionaryColumn, isNullable, type NumberColumn } from './column.js';
import { writeRisingDeltas } from './delta.js';
import { usedCodes } from './dictionary.js';
import { encodeListChunk } from './encode-list.js';
import { type Codec, type EncodingCode, encodingCode, type PhysicalType, physicalType } from './format.js';
import type { PageWriter } from './page-writer.js';
import {
  bigIntegerRange,
  floatRange,
  int32Bytes,
  integerRange,
  stringBounds,
  type ValueRange,
} from './statistics.js';

/** Where the pages of one column in one row group lie, and what the footer says of them. */
export interface ChunkMetadata {
  readonly type: PhysicalType;
  readonly encodings: readonly EncodingCode[];
  readonly path: readonly string[];
  readonly codec: Codec;
  readonly values: number;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  readonly dataOffset: number;
  readonly dictionaryOffset?: number;
  readonly nulls: number;
  readonly min?: Uint8Array;
  readonly max?: Uint8Array;
}

/** Rows of one page: at most 512 KiB of doubles, which stays in a core's cache while it is made. */
export const pageRows = 65_536;
/** Whole numbers that span no more than this become a dictionary. */
const dictionarySpan = 4096;

/** Writes the pages of `column`, which holds the rows of one row group. */
export function encodeChunk(column: ParquetColumn, pages: PageWriter): ChunkMetadata {
  if ('codes' in column) return encodeStrings(column, pages);
  if ('offsets' in column) return encodeListChunk(column, pages);
  return encodeNumbers(column, pages);
}

function encodeStrings(column: DictionaryColumn, pages: PageWriter): ChunkMetadata {
  const { remap, used } = usedCodes(column.name, column.codes, 0, column.dictionary.length);
  const strings = Array.from(used, (code) => column.dictionary[code]!);
  return encodeWithDictionary({
    pages,
    column,
    type: physicalType.byteArray,
    rows: column.codes.length,
    entries: strings.length,
    writeEntries: () => {
      for (const text of strings) {
        const bytes = Buffer.from(text, 'utf8');
        pages.body.uint32(bytes.length);
        pages.body.append(bytes);
      }
    },
    codes: column.codes,
    base: 0,
    remap,
    bounds: stringBounds(strings),
  });
}

function encodeNumbers(column: NumberColumn, pages: PageWriter): ChunkMetadata {
  const rows = column.data.length;
  const validity = validityOf(column);
  const data = validity === undefined ? column.data : presentValues(column.data, validity);
  const range = rangeOf(data);
  const type = physicalType[column.type === 'int16' ? 'int32' : column.type];
  if (range.constant && data.length > 0) {
    const first = data.subarray(0, 1);
    return encodeWithDictionary({
      pages,
      column,
      type,
      rows,
      entries: 1,
      writeEntries: () => appendPlain(pages, first, 0, 1),
      bounds: range,
      ...(validity && { validity }),
    });
  }
  const small = isInteger32(data) && range.span < dictionarySpan && range.span < rows / 4;
  if (small) {
    const { remap, used } = usedCodes(column.name, data, range.smallest, range.span + 1);
    return encodeWithDictionary({
      pages,
      column,
      type,
      rows,
      entries: used.length,
      writeEntries: () => {
        for (const value of used) pages.body.append(int32Bytes(value));
      },
      codes: data,
      base: range.smallest,
      remap,
      bounds: range,
      ...(validity && { validity }),
    });
  }
  const encoding = plainEncoding(data, range);
  const begin = pages.position;
  const beginUncompressed = pages.uncompressed;
  let at = 0;
  for (let row = 0; row < rows; row += pageRows) {
    const end = Math.min(rows, row + pageRows);
    const present = validity === undefined ? end - row : writePageLevels(pages, validity.subarray(row, end));
    appendValues(pages, data, at, at + present, encoding);
    at += present;
    pages.dataPage(end - row, encoding, true);
  }
  return {
    type,
    encodings: [encoding, encodingCode.rle],
    path: [column.name],
    codec: pages.compresses ? 'zstd' : 'none',
    values: rows,
    uncompressedBytes: pages.uncompressed - beginUncompressed,
    compressedBytes: pages.position - begin,
    dataOffset: begin,
    nulls: rows - data.length,
    ...bounds(range),
  };
}

interface DictionaryChunk {
  readonly pages: PageWriter;
  readonly column: ParquetColumn;
  readonly type: PhysicalType;
  readonly rows: number;
  readonly entries: number;
  readonly writeEntries: () => void;
  readonly bounds: { readonly min?: Uint8Array; readonly max?: Uint8Array };
  readonly validity?: Uint8Array;
  /** Codes of the values that are present; not needed for a single entry. */
  readonly codes?: ArrayLike<number>;
  readonly base?: number;
  readonly remap?: Int32Array;
}

function encodeWithDictionary(chunk: DictionaryChunk): ChunkMetadata {
  const { pages, rows, entries, validity } = chunk;
  const begin = pages.position;
  const beginUncompressed = pages.uncompressed;
  const single = entries <= 1;
  // A column of one value is a few bytes a page: compressing it only costs time.
  const compressed = !single && pages.compresses;
  chunk.writeEntries();
  pages.dictionaryPage(entries, compressed);
  const dataOffset = pages.position;
  const width = bitWidth(entries - 1);
  let at = 0;
  let nulls = 0;
  for (let row = 0; row < rows; row += pageRows) {
    const end = Math.min(rows, row + pageRows);
    const present = validity === undefined ? end - row : writePageLevels(pages, validity.subarray(row, end));
    nulls += end - row - present;
    pages.body.byte(width);
    if (single) writeRepeatedRun(pages.body, 0, present);
    else writePackedCodes(pages.body, chunk.codes!, chunk.base!, chunk.remap!, at, at + present, width);
    at += present;
    pages.dataPage(end - row, encodingCode.dictionary, compressed);
  }
  return {
    type: chunk.type,
    encodings: [encodingCode.plain, encodingCode.dictionary, encodingCode.rle],
    path: [chunk.column.name],
    codec: compressed ? 'zstd' : 'none',
    values: rows,
    uncompressedBytes: pages.uncompressed - beginUncompressed,
    compressedBytes: pages.position - begin,
    dataOffset,
    dictionaryOffset: begin,
    nulls,
    ...bounds(chunk.bounds),
  };
}

function bounds(range: { readonly min?: Uint8Array; readonly max?: Uint8Array }) {
  return range.min && range.max ? { min: range.min, max: range.max } : {};
}

type Numbers = NumberColumn['data'];

function isInteger32(data: Numbers): data is Int32Array | Int16Array | Int8Array | Uint8Array {
  return !(data instanceof BigInt64Array || data instanceof Float32Array || data instanceof Float64Array);
}

function rangeOf(data: Numbers): ValueRange {
  if (data instanceof BigInt64Array) return bigIntegerRange(data);
  return isInteger32(data) ? integerRange(data) : floatRange(data);
}

/** Rising numbers shrink to their steps; floats compress better byte by byte; the rest stays as it is. */
function plainEncoding(data: Numbers, range: ValueRange): EncodingCode {
  if (data instanceof Float32Array || data instanceof Float64Array) return encodingCode.byteStreamSplit;
  const wide = data instanceof BigInt64Array || data instanceof Int32Array;
  return wide && range.rising && range.span < 0x7fffffff && data.length > 1
    ? encodingCode.delta
    : encodingCode.plain;
}

function appendValues(
  pages: PageWriter,
  data: Numbers,
  start: number,
  end: number,
  encoding: EncodingCode,
): void {
  if (encoding === encodingCode.plain || start === end) appendPlain(pages, data, start, end);
  else if (data instanceof Float32Array) writeSplit4(pages.body, data, start, end);
  else if (data instanceof Float64Array) writeSplit8(pages.body, data, start, end);
  else {
    const count = end - start;
    const stride = data instanceof BigInt64Array ? 2 : 1;
    const words = new Int32Array(
      data.buffer,
      data.byteOffset + start * data.BYTES_PER_ELEMENT,
      count * stride,
    );
    writeRisingDeltas(pages.body, words, stride, count, data[start]!);
  }
}

function appendPlain(pages: PageWriter, data: Numbers, start: number, end: number): void {
  const part = data.subarray(start, end);
  const wide = isInteger32(part) && !(part instanceof Int32Array) ? Int32Array.from(part) : part;
  pages.body.append(new Uint8Array(wide.buffer, wide.byteOffset, wide.byteLength));
}

/** The definition levels of a page with their length before them; returns how many values are present. */
function writePageLevels(pages: PageWriter, validity: Uint8Array): number {
  let present = 0;
  for (let i = 0; i < validity.length; i++) if (validity[i] !== 0) present++;
  const start = pages.body.length;
  pages.body.uint32(0);
  writePresence(pages.body, validity, present);
  const end = pages.body.length;
  pages.body.length = start;
  pages.body.uint32(end - start - 4);
  pages.body.length = end;
  return present;
}

function validityOf(column: NumberColumn): Uint8Array | undefined {
  if (!isNullable(column)) return undefined;
  if (column.validity !== undefined) return column.validity;
  const data = column.data as Float32Array | Float64Array;
  const validity = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) validity[i] = Number.isNaN(data[i]!) ? 0 : 1;
  return validity;
}

function presentValues(data: Numbers, validity: Uint8Array): Numbers {
  const kept = data.slice();
  let count = 0;
  for (let i = 0; i < data.length; i++) if (validity[i] !== 0) kept[count++] = data[i]!;
  return kept.subarray(0, count);
}
