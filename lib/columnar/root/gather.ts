import { vectorHeader } from './branch-type.js';
import type { Scratch } from './scratch.js';
import { swapInPlace } from './swap.js';

/*
 * Each function takes the values of a basket's entries out of `content` to `values`, in this machine's order,
 * and writes where each entry's values begin to `offsets` (count + 1 of them, the first 0). Entry i lies at
 * starts[i] to starts[i + 1], ascending from 0. Returns -1, or the first entry whose bytes contradict its
 * length.
 */

/** Entries that are std::vectors: byte count and number of values are checked. */
export function gatherVectors(
  content: Scratch,
  starts: Int32Array,
  count: number,
  size: 1 | 2 | 4 | 8,
  values: Scratch,
  offsets: Int32Array,
): number {
  const { view } = content;
  if (size === 4) return gather4(view, starts, count, new Int32Array(values.buffer), offsets);
  if (size === 1) return gather1(view, starts, count, values.bytes, offsets);
  if (size === 2) return gather2(view, starts, count, new Int16Array(values.buffer), offsets);
  return gather8(view, starts, count, new Int32Array(values.buffer), offsets);
}

/** Entries that are nothing but values. */
export function gatherPlain(
  content: Scratch,
  starts: Int32Array,
  count: number,
  size: 1 | 2 | 4 | 8,
  values: Scratch,
  offsets: Int32Array,
): number {
  const shift = Math.log2(size);
  const mask = size - 1;
  offsets[0] = 0;
  for (let entry = 1; entry <= count; entry += 1) {
    const end = starts[entry]!;
    if ((end & mask) !== 0) return entry - 1;
    offsets[entry] = end >> shift;
  }
  values.bytes.set(content.bytes.subarray(0, starts[count]!), 0);
  swapInPlace(values.buffer, size, offsets[count]!);
  return -1;
}

/** Entries that begin with a byte which says whether the array is there. */
export function gatherCounted(
  content: Scratch,
  starts: Int32Array,
  count: number,
  size: 1 | 2 | 4 | 8,
  values: Scratch,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const start = starts[entry]!;
    const end = starts[entry + 1]!;
    const length = end - start - 1;
    if (length < 0 || length % size !== 0 || content.bytes[start]! > 1) return entry;
    values.bytes.set(content.bytes.subarray(start + 1, end), to);
    to += length;
    offsets[entry + 1] = to / size;
  }
  swapInPlace(values.buffer, size, offsets[count]!);
  return -1;
}

/** Number of values of the vector between two positions, -1 where its header says otherwise. */
function vectorLength(content: DataView, start: number, end: number, shift: number): number {
  const length = end - start;
  if (length < vectorHeader) return -1;
  const count = (length - vectorHeader) >> shift;
  if (
    (count << shift) + vectorHeader !== length ||
    content.getUint32(start) !== length - 4 + 0x40000000 ||
    content.getUint32(start + 6) !== count
  ) {
    return -1;
  }
  return count;
}

function gather4(
  content: DataView,
  starts: Int32Array,
  count: number,
  values: Int32Array,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const start = starts[entry]!;
    const length = vectorLength(content, start, starts[entry + 1]!, 2);
    if (length < 0) return entry;
    let from = start + vectorHeader;
    for (const stop = to + length; to < stop; to += 1) {
      values[to] = content.getInt32(from);
      from += 4;
    }
    offsets[entry + 1] = to;
  }
  return -1;
}

function gather1(
  content: DataView,
  starts: Int32Array,
  count: number,
  values: Uint8Array,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const start = starts[entry]!;
    const length = vectorLength(content, start, starts[entry + 1]!, 0);
    if (length < 0) return entry;
    let from = start + vectorHeader;
    for (const stop = to + length; to < stop; to += 1) values[to] = content.getUint8(from++);
    offsets[entry + 1] = to;
  }
  return -1;
}

function gather2(
  content: DataView,
  starts: Int32Array,
  count: number,
  values: Int16Array,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const start = starts[entry]!;
    const length = vectorLength(content, start, starts[entry + 1]!, 1);
    if (length < 0) return entry;
    let from = start + vectorHeader;
    for (const stop = to + length; to < stop; to += 1) {
      values[to] = content.getInt16(from);
      from += 2;
    }
    offsets[entry + 1] = to;
  }
  return -1;
}

/** `halves` is the values' buffer as 32-bit halves, the lower first. */
function gather8(
  content: DataView,
  starts: Int32Array,
  count: number,
  halves: Int32Array,
  offsets: Int32Array,
): number {
  let to = 0;
  offsets[0] = 0;
  for (let entry = 0; entry < count; entry += 1) {
    const start = starts[entry]!;
    const length = vectorLength(content, start, starts[entry + 1]!, 3);
    if (length < 0) return entry;
    let from = start + vectorHeader;
    for (const stop = to + length; to < stop; to += 1) {
      halves[2 * to + 1] = content.getInt32(from);
      halves[2 * to] = content.getInt32(from + 4);
      from += 8;
    }
    offsets[entry + 1] = to;
  }
  return -1;
}
