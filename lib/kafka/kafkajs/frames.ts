import { damaged } from './record-cursor.js';

/**
 * Upper bound of what a compressed frame becomes, from the headers of its blocks alone: each block says how
 * many bytes it takes and is bounded in what it gives. So a small message cannot ask for much memory.
 */
export function framedBlocks(format: 'lz4' | 'zstd', bytes: Buffer): number {
  try {
    return format === 'lz4' ? lz4Bound(bytes) : zstdBound(bytes);
  } catch (error) {
    if (error instanceof RangeError) throw damaged(`its ${format} frame is cut off`);
    throw error;
  }
}

const lz4BlockBytes: Readonly<Record<number, number>> = { 4: 65_536, 5: 262_144, 6: 1_048_576, 7: 4_194_304 };

/** LZ4 frame format, section "General Structure of LZ4 Frame format". */
function lz4Bound(bytes: Buffer): number {
  if (bytes.readUInt32LE(0) !== 0x184d2204) throw damaged('it is no lz4 frame');
  const flags = bytes.readUInt8(4);
  const most = lz4BlockBytes[(bytes.readUInt8(5) >> 4) & 7];
  if (most === undefined) throw damaged('its lz4 frame has an unknown size of blocks');
  const hasContentSize = (flags & 8) !== 0;
  const hasDictionary = (flags & 1) !== 0;
  const blockChecksum = (flags & 16) !== 0 ? 4 : 0;
  let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0);
  let total = 0;
  for (;;) {
    const size = bytes.readUInt32LE(at);
    if (size === 0) return total;
    const isPlain = size >= 0x80000000;
    const stored = isPlain ? size - 0x80000000 : size;
    total += isPlain ? stored : most;
    at += 4 + stored + blockChecksum;
  }
}

const zstdBlockBytes = 131_072;

/** RFC 8878, sections 3.1.1.1 (frame header) and 3.1.1.2 (blocks). */
function zstdBound(bytes: Buffer): number {
  let at = 0;
  let total = 0;
  while (at < bytes.length) {
    if (bytes.readUInt32LE(at) !== 0xfd2fb528) throw damaged('it is no zstd frame');
    const descriptor = bytes.readUInt8(at + 4);
    const isSingle = (descriptor & 32) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3]!;
    const content = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    at += 5 + (isSingle ? 0 : 1) + dictionary + content;
    for (let isLast = false; !isLast; ) {
      const header = bytes.readUIntLE(at, 3);
      isLast = (header & 1) === 1;
      const kind = (header >> 1) & 3;
      const size = header >> 3;
      const [plain, repeated] = [0, 1];
      total += kind === plain || kind === repeated ? size : zstdBlockBytes;
      at += 3 + (kind === repeated ? 1 : size);
    }
    at += (descriptor & 4) !== 0 ? 4 : 0;
  }
  return total;
}
