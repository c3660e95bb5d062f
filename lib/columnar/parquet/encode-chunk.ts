import { bitWidth, writePackedCodes, writeRepeatedRun } from './bit-pack.js';
import { writeSplit4, writeSplit8 } from './byte-stream-split.js';
import type { DictionaryColumn, NumberColumn, ParquetColumn } from './column.js';
import { writeRisingDeltas } from './delta.js';
import { usedCodes } from './dictionary.js';
import { encodeBooleans } from './encode-booleans.js';
import { encodeListChunk } from './encode-list.js';
import { type Codec, type EncodingCode, encodingCode, type PhysicalType, physicalType } from './format.js';
import { type Numbers, presentValues, validityOf, writePageLevels } from './nulls.js';
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
  if ('flags' in column) return encodeBooleans(column, pages);
  if ('offsets' in column) return encodeListChunk(column, pages);
  return encodeNumbers(column, pages);
}

function encodeStrings(column: DictionaryColumn, pages: PageWriter): ChunkMetadata {
  const codes = pages.widen(column.codes);
  const { remap, used } = usedCodes(column.name, codes, 0, column.dictionary.length);
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
    codes,
    base: 0,
    remap,
    bounds: stringBounds(strings),
  });
}

function encodeNumbers(column: NumberColumn, pages: PageWriter): ChunkMetadata {
  const rows = column.data.length;
  const validity = validityOf(column);
  const wide = widened(column.data, pages);
  const data = validity === undefined ? wide : presentValues(wide, validity);
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
  if (data instanceof Int32Array && range.span < dictionarySpan && range.span < rows / 4) {
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
  readonly codes?: Int32Array;
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

function widened(data: NumberColumn['data'], pages: PageWriter): Numbers {
  const wide = data instanceof BigInt64Array || data instanceof Float32Array || data instanceof Float64Array;
  return wide ? data : pages.widen(data);
}

function rangeOf(data: Numbers): ValueRange {
  if (data instanceof BigInt64Array) return bigIntegerRange(data);
  return data instanceof Int32Array ? integerRange(data) : floatRange(data);
}

/** Rising numbers shrink to their steps; floats compress better byte by byte; the rest stays as it is. */
function plainEncoding(data: Numbers, range: ValueRange): EncodingCode {
  if (data instanceof Float32Array || data instanceof Float64Array) return encodingCode.byteStreamSplit;
  return range.rising && range.span < 0x7fffffff && data.length > 1 ? encodingCode.delta : encodingCode.plain;
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
  pages.body.append(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
}
