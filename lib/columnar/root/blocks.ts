import { corrupt, type Place, unsupported } from './damage.js';
import type { CodecName } from './types.js';

/** Bytes before each compressed block: two letters, method, packed and unpacked length in three bytes each. */
export const blockHeader = 9;

/** The most that one compressed byte can become in each codec, with room; what claims more is a lie. */
const largestRatio: Readonly<Record<Exclude<CodecName, 'old'>, number>> = {
  none: 1,
  zlib: 1040,
  lz4: 260,
  zstd: 40_000,
  lzma: 10_000,
};

/** Slack for blocks of a few bytes, whose fixed costs hide the ratio. */
const smallBlock = 1024;

/** The codec of the block at `start`, checked; `place.byte` is the file position of bytes[0]. */
export function blockCodec(bytes: Uint8Array, start: number, place: Place): 'zlib' | 'lz4' | 'zstd' | 'lzma' {
  const first = bytes[start]!;
  const second = bytes[start + 1]!;
  if (first === 0x5a && second === 0x4c) return 'zlib';
  if (first === 0x4c && second === 0x34) return 'lz4';
  if (first === 0x5a && second === 0x53) return 'zstd';
  if (first === 0x58 && second === 0x5a) return 'lzma';
  if (first === 0x43 && second === 0x53) {
    throw unsupported(
      place,
      "the compression 'CS' of ROOT before 2002 is not supported; write the file again with a current ROOT (hadd -f101 new.root old.root)",
    );
  }
  throw corrupt(
    place,
    `a compressed block must begin with ZL, L4, ZS or XZ, here are the bytes ${hex(first)} ${hex(second)}`,
  );
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}

export function packedLength(bytes: Uint8Array, start: number): number {
  return bytes[start + 3]! | (bytes[start + 4]! << 8) | (bytes[start + 5]! << 16);
}

export function unpackedLength(bytes: Uint8Array, start: number): number {
  return bytes[start + 6]! | (bytes[start + 7]! << 8) | (bytes[start + 8]! << 16);
}

/**
 * Walks over the block headers in [start, end) without decompressing: codecs known, lengths within the
 * record, the unpacked lengths adding up to `expected` exactly and none beyond what its codec can do.
 * So nothing larger than the input justifies is ever allocated.
 */
export function checkBlocks(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: number,
  place: Place,
): void {
  let at = start;
  let total = 0;
  while (at < end) {
    const here = { ...place, byte: (place.byte ?? 0) + at };
    if (end - at < blockHeader) {
      throw corrupt(here, `${end - at} bytes are left over where a compressed block of 9 or more belongs`);
    }
    const codec = blockCodec(bytes, at, here);
    const packed = packedLength(bytes, at);
    const unpacked = unpackedLength(bytes, at);
    if (packed > end - at - blockHeader) {
      throw corrupt(
        here,
        `a block of ${packed} bytes does not fit the ${end - at - blockHeader} that are left`,
      );
    }
    if (packed === 0 || unpacked === 0 || unpacked > packed * largestRatio[codec] + smallBlock) {
      throw corrupt(here, `${packed} bytes of ${codec} are said to become ${unpacked}, which cannot be`);
    }
    at += blockHeader + packed;
    total += unpacked;
    if (total > expected) break;
  }
  if (total !== expected) {
    throw corrupt(place, `the blocks hold ${total} bytes decompressed, the record's key says ${expected}`);
  }
}
