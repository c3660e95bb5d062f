import { vectorHeader } from './branch-type.js';

/**
 * Copies the values of std::vector entries from a basket's content to `values`, in this machine's order, and
 * their ends to `offsets` (count + 1 entries, the first 0). Entry i lies at starts[i] to starts[i + 1]; its
 * byte count and its number of values are checked against that.
 * Returns -1, or the first entry whose bytes contradict each other.
 */
export function gatherVectors(
  content: DataView,
  starts: Int32Array,
  count: number,
  size: 1 | 2 | 4 | 8,
  values: ArrayBuffer,
  offsets: Int32Array,
): number {
  if (size === 4) return gather4(content, starts, count, new Int32Array(values), offsets);
  if (size === 1) return gather1(content, starts, count, new Uint8Array(values), offsets);
  if (size === 2) return gather2(content, starts, count, new Int16Array(values), offsets);
  return gather8(content, starts, count, new Int32Array(values), offsets);
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
