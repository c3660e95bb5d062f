import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { compress as lz4 } from 'lz4-napi';
import { writeXxhash64 } from './xxhash64.js';

const deflateAsync = promisify(deflate);

/** What a file's baskets are compressed with. LZ4 is five times as fast as zlib at level 1 and a seventh larger. */
export type Compression =
  | { readonly type: 'none' }
  | { readonly type: 'lz4' }
  | { readonly type: 'zlib'; readonly level: number };

/** ROOT's fCompress: 100 x algorithm + level. */
export function compressionSetting(compression: Compression): number {
  if (compression.type === 'none') return 0;
  return compression.type === 'lz4' ? 401 : 100 + compression.level;
}

/** ROOT gives a block's length three bytes. */
const blockBytes = 0xffffff;
const headerBytes = 9;

/**
 * Compresses a record's payload into ROOT's blocks: two letters for the codec, its method or version, the
 * compressed and the plain length as 24-bit little-endian numbers, the compressed bytes. Where that saves nothing
 * the payload itself comes back, which a reader recognises by the equal lengths. Runs on Node's thread pool.
 */
export async function compressPayload(payload: Buffer, compression: Compression): Promise<Buffer> {
  if (compression.type === 'none' || payload.length <= headerBytes) return payload;
  const plain = Array.from({ length: Math.ceil(payload.length / blockBytes) }, (_, block) =>
    payload.subarray(block * blockBytes, (block + 1) * blockBytes),
  );
  const blocks = await Promise.all(
    plain.map((bytes) =>
      compression.type === 'lz4' ? lz4Block(bytes) : zlibBlock(bytes, compression.level),
    ),
  );
  const total = blocks.reduce((sum, packed) => sum + headerBytes + packed.length, 0);
  const tooLong = blocks.some((packed) => packed.length > blockBytes);
  if (total >= payload.length || tooLong) return payload;
  const magic = compression.type === 'lz4' ? [0x4c, 0x34, 1] : [0x5a, 0x4c, 8];
  return Buffer.concat(
    blocks.flatMap((packed, block) => [blockHeader(magic, packed.length, plain[block]!.length), packed]),
    total,
  );
}

function zlibBlock(plain: Buffer, level: number): Promise<Buffer> {
  return deflateAsync(plain, { level });
}

/** ROOT's LZ4 block: the XXH64 of the compressed bytes, then these. */
async function lz4Block(plain: Buffer): Promise<Buffer> {
  const packed = await lz4(plain);
  // lz4-napi puts four bytes with the plain length before the block; four more make room for the checksum.
  const block = Buffer.allocUnsafe(packed.length + 4);
  packed.copy(block, 8, 4);
  writeXxhash64(block.subarray(8), new DataView(block.buffer, block.byteOffset));
  return block;
}

function blockHeader(magic: readonly number[], packed: number, plain: number): Buffer {
  const header = Buffer.from([...magic, 0, 0, 0, 0, 0, 0]);
  header.writeUIntLE(packed, 3, 3);
  header.writeUIntLE(plain, 6, 3);
  return header;
}
