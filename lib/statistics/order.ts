const digitBits = 11;
const digits = 1 << digitBits;

/**
 * Row numbers by falling value, equal values by rising row number; -0 and +0 are equal, NaN is the caller's
 * to exclude. A radix sort of three passes over the bits of the floats: 16 bytes a row, no comparisons.
 */
export function descendingOrder(values: Float32Array): Uint32Array {
  const count = values.length;
  const bits = new Uint32Array(values.buffer, values.byteOffset, count);
  let keys = new Uint32Array(count);
  let order = new Uint32Array(count);
  const histogram = new Uint32Array(3 * digits);
  for (let i = 0; i < count; i++) {
    const key = descendingKey(bits[i]!);
    keys[i] = key;
    order[i] = i;
    histogram[key & 0x7ff]!++;
    histogram[digits + ((key >>> 11) & 0x7ff)]!++;
    histogram[2 * digits + (key >>> 22)]!++;
  }
  let otherKeys = new Uint32Array(count);
  let otherOrder = new Uint32Array(count);
  for (let pass = 0; pass < 3; pass++) {
    const starts = histogram.subarray(pass * digits, (pass + 1) * digits);
    if (!toStarts(starts, count)) continue;
    scatter(keys, order, otherKeys, otherOrder, starts, pass * digitBits);
    [keys, otherKeys] = [otherKeys, keys];
    [order, otherOrder] = [otherOrder, order];
  }
  return order;
}

/** A number that rises as the float falls: sign and magnitude turned into one order. */
function descendingKey(bits: number): number {
  if (bits === 0x80000000) return 0x7fffffff;
  return bits >= 0x80000000 ? bits : ~bits & 0x7fffffff;
}

/** Counts become first places; false where one digit holds all rows, so that there is nothing to move. */
function toStarts(counts: Uint32Array, rows: number): boolean {
  let next = 0;
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit]!;
    if (count === rows) return false;
    counts[digit] = next;
    next += count;
  }
  return true;
}

function scatter(
  keys: Uint32Array,
  order: Uint32Array,
  toKeys: Uint32Array,
  toOrder: Uint32Array,
  starts: Uint32Array,
  shift: number,
): void {
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const place = starts[(key >>> shift) & 0x7ff]!++;
    toKeys[place] = key;
    toOrder[place] = order[i]!;
  }
}
