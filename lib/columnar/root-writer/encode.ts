import type { ColumnValues } from './column-types.js';

/** Bytes that stand before the values of one std::vector entry: byte count, version, length. */
export const vectorHeaderBytes = 10;
/** The version that ROOT 6.40 writes for a std::vector as a branch of its own. */
const vectorVersion = 10;

/**
 * Copies values[first .. first + count) to `target` at byte `at`, big-endian. `at` must be a multiple of the size
 * of a value.
 */
export function encodeValues(
  values: ColumnValues,
  first: number,
  count: number,
  target: Uint8Array<ArrayBuffer>,
  at: number,
): void {
  const width = values.BYTES_PER_ELEMENT;
  const from = values.byteOffset + first * width;
  target.set(new Uint8Array(values.buffer, from, count * width), at);
  const written = Buffer.from(target.buffer, target.byteOffset + at, count * width);
  if (width === 2) written.swap16();
  else if (width === 4) written.swap32();
  else if (width === 8) written.swap64();
}

/**
 * Writes entries [first, first + count) of a jagged column to `target` at byte `at` as std::vectors: byte count
 * with ROOT's mark, version, length, values, all big-endian. starts[startAt + i] becomes the position of entry i
 * plus `base`. Returns the position after the last byte.
 */
export function encodeVectors(
  values: ColumnValues,
  offsets: Int32Array | Uint32Array,
  first: number,
  count: number,
  target: Uint8Array,
  at: number,
  starts: Int32Array,
  startAt: number,
  base: number,
): number {
  const width = values.BYTES_PER_ELEMENT;
  const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let out = at;
  for (let entry = 0; entry < count; entry += 1) {
    starts[startAt + entry] = out + base;
    const from = offsets[first + entry]!;
    const length = offsets[first + entry + 1]! - from;
    const bytes = length * width + 6;
    target[out] = 0x40 | (bytes >>> 24);
    target[out + 1] = bytes >>> 16;
    target[out + 2] = bytes >>> 8;
    target[out + 3] = bytes;
    target[out + 4] = 0;
    target[out + 5] = vectorVersion;
    target[out + 6] = length >>> 24;
    target[out + 7] = length >>> 16;
    target[out + 8] = length >>> 8;
    target[out + 9] = length;
    out += vectorHeaderBytes;
    let read = from * width;
    if (width === 4) {
      for (let item = 0; item < length; item += 1) {
        target[out] = source[read + 3]!;
        target[out + 1] = source[read + 2]!;
        target[out + 2] = source[read + 1]!;
        target[out + 3] = source[read]!;
        out += 4;
        read += 4;
      }
    } else {
      for (let item = 0; item < length; item += 1) {
        for (let byte = width - 1; byte >= 0; byte -= 1) {
          target[out] = source[read + byte]!;
          out += 1;
        }
        read += width;
      }
    }
  }
  return out;
}

/** starts[startAt + i] = base + (offsets[first + i] - offsets[first]) x width: where counted entries begin. */
export function encodeStarts(
  offsets: Int32Array | Uint32Array,
  first: number,
  count: number,
  width: number,
  starts: Int32Array,
  startAt: number,
  base: number,
): void {
  const zero = offsets[first]!;
  for (let entry = 0; entry < count; entry += 1) {
    starts[startAt + entry] = base + (offsets[first + entry]! - zero) * width;
  }
}
