import { promisify } from 'node:util';
import { deflate } from 'node:zlib';

const deflateAsync = promisify(deflate);

/** What a file's baskets are compressed with; ROOT's number for it is 100 x algorithm + level. */
export type Compression = { readonly type: 'none' } | { readonly type: 'zlib'; readonly level: number };

/** ROOT's fCompress. */
export function compressionSetting(compression: Compression): number {
  return compression.type === 'none' ? 0 : 100 + compression.level;
}

/** ROOT gives a block's length three bytes. */
const blockBytes = 0xffffff;
const headerBytes = 9;

/**
 * Compresses a record's payload into ROOT's blocks: 'ZL', method 8, the compressed and the plain length as 24-bit
 * little-endian numbers, a zlib stream. Where that saves nothing the payload itself comes back, which a reader
 * recognises by the equal lengths. Runs on Node's thread pool.
 */
export async function compressPayload(payload: Buffer, compression: Compression): Promise<Buffer> {
  if (compression.type === 'none' || payload.length <= headerBytes) return payload;
  const level = compression.level;
  const starts = Array.from(
    { length: Math.ceil(payload.length / blockBytes) },
    (_, block) => block * blockBytes,
  );
  const blocks = await Promise.all(
    starts.map(async (start) => {
      const plain = payload.subarray(start, start + blockBytes);
      const packed = await deflateAsync(plain, { level });
      return { header: blockHeader(packed.length, plain.length), packed };
    }),
  );
  const total = blocks.reduce((sum, { packed }) => sum + headerBytes + packed.length, 0);
  const tooLong = blocks.some(({ packed }) => packed.length > blockBytes);
  if (total >= payload.length || tooLong) return payload;
  return Buffer.concat(
    blocks.flatMap(({ header, packed }) => [header, packed]),
    total,
  );
}

function blockHeader(packed: number, plain: number): Buffer {
  const header = Buffer.from([0x5a, 0x4c, 8, 0, 0, 0, 0, 0, 0]);
  header.writeUIntLE(Math.min(packed, blockBytes), 3, 3);
  header.writeUIntLE(plain, 6, 3);
  return header;
}
