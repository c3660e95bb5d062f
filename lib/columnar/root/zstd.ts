import zlib from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

type ZstdSync = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

/** Node 22.15 and later decode zstd themselves, faster than WebAssembly does. */
const native = (zlib as unknown as { zstdDecompressSync?: ZstdSync }).zstdDecompressSync;
const fallback = new ZSTDDecoder();

let prepared: Promise<void> | undefined;

/** Resolves once zstd blocks can be decoded in this thread. */
export function prepareZstd(): Promise<void> {
  prepared ??= native === undefined ? withoutFetch(() => fallback.init()) : Promise.resolve();
  return prepared;
}

/**
 * Where zstddec sees a `fetch` it decodes its own data: URL with it, and so loads Node's HTTP client, several
 * times the cost of all the rest. The property is away only while `start` runs, before anything else can.
 */
function withoutFetch<Result>(start: () => Result): Result {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
  if (property?.configurable !== true) return start();
  Reflect.deleteProperty(globalThis, 'fetch');
  try {
    return start();
  } finally {
    Object.defineProperty(globalThis, 'fetch', property);
  }
}

/** Decodes one zstd frame of at most `length` bytes; throws what the decoder throws. */
export function decodeZstd(bytes: Uint8Array, length: number): Uint8Array {
  return native === undefined ? fallback.decode(bytes, length) : native(bytes, { maxOutputLength: length });
}
