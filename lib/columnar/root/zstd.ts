import zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

type ZstdSync = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Node 22.15 and later decode zstd themselves, faster than WebAssembly does. */
const native = (zlib as unknown as { zstdDecompressSync?: ZstdSync }).zstdDecompressSync;
const fallback = new ZSTDDecoder();

/** Resolves once zstd blocks can be decoded in this thread. */
export async function prepareZstd(): Promise<void> {
  if (native === undefined) await fallback.init();
}

/** Decodes one zstd frame of at most `length` bytes; throws what the decoder throws. */
export function decodeZstd(bytes: Uint8Array, length: number): Uint8Array {
  return native === undefined ? fallback.decode(bytes, length) : native(bytes, { maxOutputLength: length });
}
