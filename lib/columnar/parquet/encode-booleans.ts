import type { BooleanColumn } from './column.js';
import { type ChunkMetadata, pageRows } from './encode-chunk.js';
import { encodingCode, physicalType } from './format.js';
import type { PageWriter } from './page-writer.js';

/** Writes truth values as bits, lowest first: what every reader of the format takes. */
export function encodeBooleans({ name, flags }: BooleanColumn, pages: PageWriter): ChunkMetadata {
  const begin = pages.position;
  const beginUncompressed = pages.uncompressed;
  let some = false;
  let all = true;
  for (let row = 0; row < flags.length; row += pageRows) {
    const end = Math.min(flags.length, row + pageRows);
    const bits = new Uint8Array(Math.ceil((end - row) / 8));
    for (let i = row; i < end; i++) {
      if (flags[i] === 0) all = false;
      else {
        some = true;
        bits[(i - row) >>> 3]! |= 1 << ((i - row) & 7);
      }
    }
    pages.body.append(bits);
    pages.dataPage(end - row, encodingCode.plain, true);
  }
  return {
    type: physicalType.boolean,
    encodings: [encodingCode.plain, encodingCode.rle],
    path: [name],
    codec: pages.compresses ? 'zstd' : 'none',
    values: flags.length,
    uncompressedBytes: pages.uncompressed - beginUncompressed,
    compressedBytes: pages.position - begin,
    dataOffset: begin,
    nulls: 0,
    min: Uint8Array.of(all ? 1 : 0),
    max: Uint8Array.of(some ? 1 : 0),
  };
}
