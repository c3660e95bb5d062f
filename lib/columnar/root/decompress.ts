import { blockCodec, blockHeader, packedLength, unpackedLength } from './blocks.js';
import { corrupt, type Place } from './damage.js';
import { decodeLz4, decodeZlib } from './decoders/decoders.js';
import { decodeXz } from './lzma.js';
import { decodeZstd } from './zstd.js';

/**
 * Decompresses the blocks in bytes[start, end), which have passed `checkBlocks` for `expected` bytes, to the
 * front of `output`; `place.byte` is the file position of bytes[0]. Checksums are verified where the codec
 * has one (all but zstd as ROOT writes it).
 * @throws root_corrupt
 */
export function decompress(
  bytes: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  expected: number,
  place: Place,
): void {
  let at = start;
  let filled = 0;
  while (at < end && filled < expected) {
    const codec = blockCodec(bytes, at, place);
    const from = at + blockHeader;
    const to = from + packedLength(bytes, at);
    const length = unpackedLength(bytes, at);
    const wrong = decodeBlock(codec, bytes, from, to, output, filled, length);
    if (wrong !== '') {
      throw corrupt(
        { ...place, byte: (place.byte ?? 0) + at },
        `the ${codec} block does not decompress: ${wrong}`,
      );
    }
    at = to;
    filled += length;
  }
}

/** Decodes one block to output[at, at + length); returns '' or what is wrong. */
function decodeBlock(
  codec: 'zlib' | 'lz4' | 'zstd' | 'lzma',
  bytes: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  length: number,
): string {
  if (codec === 'zlib') return decodeZlib(bytes, from, to, output, at, length);
  if (codec === 'lz4') return decodeLz4(bytes, from, to, output, at, length);
  const packed = bytes.subarray(from, to);
  let unpacked: Uint8Array;
  try {
    unpacked = codec === 'zstd' ? decodeZstd(packed, length) : decodeXz(packed, length);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  if (unpacked.byteLength !== length)
    return `it unpacks to ${unpacked.byteLength} bytes, its header says ${length}`;
  output.set(unpacked, at);
  return '';
}
