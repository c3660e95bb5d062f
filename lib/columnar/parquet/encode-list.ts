import { writePackedHeader, writeRepeatedRun } from './bit-pack.js';
import type { ByteSink } from './byte-sink.js';
import { writeSplit4 } from './byte-stream-split.js';
import type { ListColumn } from './column.js';
import type { ChunkMetadata } from './encode-chunk.js';
import { encodingCode, physicalType } from './format.js';
import type { PageWriter } from './page-writer.js';
import { floatRange, integerRange } from './statistics.js';

/** A page of lists ends with the row that reaches this many values. */
const pageValues = 131_072;

/**
 * A list column in the standard three-level form, list and elements both required: repetition level 0 starts
 * a row, definition level 0 is an empty list.
 */
export function encodeListChunk(column: ListColumn, pages: PageWriter): ChunkMetadata {
  const { offsets } = column;
  const rows = offsets.length - 1;
  const begin = pages.position;
  const beginUncompressed = pages.uncompressed;
  const floats = column.type === 'list<float>';
  const encoding = floats ? encodingCode.byteStreamSplit : encodingCode.plain;
  const values = column.values.subarray(offsets[0], offsets[rows]);
  const range =
    column.type === 'list<float>'
      ? floatRange(column.values.subarray(offsets[0], offsets[rows]))
      : integerRange(column.values.subarray(offsets[0], offsets[rows]));
  let entries = 0;
  let empty = 0;
  for (let row = 0; row < rows; ) {
    let end = row + 1;
    while (end < rows && offsets[end]! - offsets[row]! < pageValues && end - row < pageValues) end++;
    const emptyRows = countEmpty(offsets, row, end);
    const pageEntries = offsets[end]! - offsets[row]! + emptyRows;
    writeLevels(pages.body, offsets, row, end, emptyRows, pageEntries);
    if (column.type === 'list<float>') writeSplit4(pages.body, column.values, offsets[row]!, offsets[end]!);
    else {
      const part = column.values.subarray(offsets[row]!, offsets[end]!);
      pages.body.append(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    pages.dataPage(pageEntries, encoding, true);
    entries += pageEntries;
    empty += emptyRows;
    row = end;
  }
  return {
    type: floats ? physicalType.float : physicalType.int32,
    encodings: [encoding, encodingCode.rle],
    path: [column.name, 'list', 'element'],
    codec: pages.compresses ? 'zstd' : 'none',
    values: entries,
    uncompressedBytes: pages.uncompressed - beginUncompressed,
    compressedBytes: pages.position - begin,
    dataOffset: begin,
    // An empty list is a level entry without a value, which is what the format counts here.
    nulls: empty,
    ...(range.min && range.max && values.length > 0 ? { min: range.min, max: range.max } : {}),
  };
}

function countEmpty(offsets: Int32Array, start: number, end: number): number {
  let empty = 0;
  for (let row = start; row < end; row++) if (offsets[row] === offsets[row + 1]) empty++;
  return empty;
}

function writeLevels(
  sink: ByteSink,
  offsets: Int32Array,
  start: number,
  end: number,
  emptyRows: number,
  entries: number,
): void {
  const size = Math.ceil(entries / 8);
  // Repetition: 1 everywhere except where a row starts.
  withLength(sink, () => {
    const first = openBits(sink, entries, size, 0xff);
    const { bytes } = sink;
    let entry = 0;
    for (let row = start; row < end; row++) {
      bytes[first + (entry >>> 3)]! &= ~(1 << (entry & 7));
      entry += Math.max(1, offsets[row + 1]! - offsets[row]!);
    }
    if (entries % 8 !== 0) bytes[first + size - 1]! &= (1 << (entries % 8)) - 1;
  });
  // Definition: 1 everywhere except at an empty list.
  withLength(sink, () => {
    if (emptyRows === 0) {
      writeRepeatedRun(sink, 1, entries);
      return;
    }
    const first = openBits(sink, entries, size, 0xff);
    const { bytes } = sink;
    let entry = 0;
    for (let row = start; row < end; row++) {
      const length = offsets[row + 1]! - offsets[row]!;
      if (length === 0) bytes[first + (entry >>> 3)]! &= ~(1 << (entry & 7));
      entry += Math.max(1, length);
    }
    if (entries % 8 !== 0) bytes[first + size - 1]! &= (1 << (entries % 8)) - 1;
  });
}

function openBits(sink: ByteSink, entries: number, size: number, fill: number): number {
  writePackedHeader(sink, entries);
  sink.reserve(size);
  const first = sink.length;
  sink.bytes.fill(fill, first, first + size);
  sink.length = first + size;
  return first;
}

function withLength(sink: ByteSink, write: () => void): void {
  const start = sink.length;
  sink.uint32(0);
  write();
  const end = sink.length;
  sink.length = start;
  sink.uint32(end - start - 4);
  sink.length = end;
}
