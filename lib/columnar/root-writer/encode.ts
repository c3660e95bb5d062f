import type { ColumnValues } from './column-types.js';

/** Bytes that stand before the values of one std::vector entry: byte count, version, length. */
export const vectorHeaderBytes = 10;
/** ROOT marks a byte count with this bit (kByteCountMask). */
const byteCountMark = 0x40000000;
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
  const words = width === 4 ? new Int32Array(values.buffer, values.byteOffset, values.length) : undefined;
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  let out = at;
  for (let entry = 0; entry < count; entry += 1) {
    starts[startAt + entry] = out + base;
    const from = offsets[first + entry]!;
    const length = offsets[first + entry + 1]! - from;
    view.setInt32(out, byteCountMark | (length * width + 6));
    view.setInt16(out + 4, vectorVersion);
    view.setInt32(out + 6, length);
    out += vectorHeaderBytes;
    if (words !== undefined) {
      for (let item = from; item < from + length; item += 1) {
        view.setInt32(out, words[item]!);
        out += 4;
      }
    } else {
      for (let item = from * width; item < (from + length) * width; item += width) {
        for (let byte = width - 1; byte >= 0; byte -= 1) {
          target[out] = source[item + byte]!;
          out += 1;
        }
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
