import zlib from 'node:zlib';
import { xz } from '@napi-rs/lzma';
import { blockCodec, blockHeader, checkBlocks, packedLength, unpackedLength } from './blocks.js';
import { corrupt, type Place } from './damage.js';
import { decodeLz4Block } from './lz4-block.js';
import { xzUnpackedLength } from './xz-guard.js';
import { decodeZstd } from './zstd.js';

/**
 * Decompresses the blocks in bytes[start, end) to the front of `output`, which must hold `expected` bytes;
 * `place.byte` is the file position of bytes[0]. Checksums are verified where the codec has one.
 * @throws root_corrupt, root_unsupported
 */
export function decompress(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  expected: number,
  place: Place,
): void {
  checkBlocks(bytes, start, end, expected, place);
  let at = start;
  let filled = 0;
  while (filled < expected) {
    const codec = blockCodec(bytes, at, place);
    const from = at + blockHeader;
    const to = from + packedLength(bytes, at);
    const length = unpackedLength(bytes, at);
    let got: number;
    try {
      got = decodeBlock(codec, bytes, from, to, output, filled, length);
    } catch (error) {
      throw corrupt(
        { ...place, byte: (place.byte ?? 0) + at },
        `the ${codec} block does not decompress (${error instanceof Error ? error.message : String(error)})`,
      );
    }
    if (got !== length) {
      throw corrupt(
        { ...place, byte: (place.byte ?? 0) + at },
        got < 0
          ? `the ${codec} block is not valid`
          : `the ${codec} block decompresses to ${got} bytes, its header says ${length}`,
      );
    }
    at = to;
    filled += length;
  }
}

/** Decodes one block to output[at, at + length); returns the length it had, or -1. */
function decodeBlock(
  codec: 'zlib' | 'lz4' | 'zstd' | 'lzma',
  bytes: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  length: number,
): number {
  if (codec === 'lz4') {
    // 8 bytes of checksum stand before the block.
    const stop = decodeLz4Block(bytes, from + 8, to, output, at, at + length);
    return stop < 0 ? -1 : stop - at;
  }
  const packed = bytes.subarray(from, to);
  let unpacked: Uint8Array;
  if (codec === 'zlib') {
    unpacked = zlib.inflateSync(packed, { chunkSize: Math.max(64, length + 1), maxOutputLength: length });
  } else if (codec === 'zstd') {
    unpacked = decodeZstd(packed, length);
  } else {
    if (xzUnpackedLength(packed) !== length) return -1;
    unpacked = xz.decompressSync(packed);
  }
  if (unpacked.byteLength === length) output.set(unpacked, at);
  return unpacked.byteLength;
}
