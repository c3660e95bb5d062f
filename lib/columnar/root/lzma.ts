import { createRequire } from 'node:module';
import { xzUnpackedLength } from './xz-guard.js';

type Xz = typeof import('@napi-rs/lzma')['xz'];

let xz: Xz | undefined;

/**
 * Decodes an .xz stream that says of itself, before anything is unpacked, that it holds `length` bytes. The
 * native decoder is loaded at the first need: few files use LZMA, and each thread would pay for it.
 * Throws what the decoder throws.
 */
export function decodeXz(bytes: Uint8Array, length: number): Uint8Array {
  const says = xzUnpackedLength(bytes);
  if (says !== length) {
    throw new Error(
      `it unpacks to ${says < 0 ? 'nothing valid' : `${says} bytes`}, its header says ${length}`,
    );
  }
  xz ??= (createRequire(import.meta.url)('@napi-rs/lzma') as { xz: Xz }).xz;
  return xz.decompressSync(bytes);
}
