import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { RmmError } from '../../base/error.js';

/** Compresses a block at zstd level 1: the bytes depend on the input alone. */
export type Compress = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array;

interface NativeZstd {
  readonly Encoder: new (level: number) => { encodeSync(data: Uint8Array): Uint8Array };
}

interface NodeZstd {
  readonly zstdCompressSync?: (data: Uint8Array, options: { params: Record<number, number> }) => Uint8Array;
}

/** ZSTD_c_compressionLevel */
const levelParameter = 100;

let found: Compress | undefined;

/**
 * The zstd compressor: the prebuilt native package, or else the one inside Node (22.15 and later).
 * @throws zstd_unavailable
 */
export function zstdCompressor(): Compress {
  found ??= nativeCompressor() ?? nodeCompressor();
  if (found !== undefined) return found;
  throw new RmmError(
    'zstd_unavailable',
    `no zstd library for ${process.platform}-${process.arch} on Node ${process.version}: the package ` +
      '@toondepauw/node-zstd has no binary here and this Node has none built in; install the optional packages or use Node 22.15 or later',
  );
}

function nativeCompressor(): Compress | undefined {
  try {
    const { Encoder } = createRequire(import.meta.url)('@toondepauw/node-zstd') as NativeZstd;
    const encoder = new Encoder(1);
    return (bytes) => encoder.encodeSync(bytes);
  } catch {
    return undefined;
  }
}

function nodeCompressor(): Compress | undefined {
  const compress = (zlib as NodeZstd).zstdCompressSync;
  return compress && ((bytes) => compress(bytes, { params: { [levelParameter]: 1 } }));
}
