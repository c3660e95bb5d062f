import { endianness } from 'node:os';
import { invariant } from '../../base/error.js';

// Typed arrays are written to files as they lie in memory; Parquet is little-endian.
invariant(endianness() === 'LE', 'Parquet files are written on little-endian machines only');

/** What a column chunk says of its values, and what decides its encoding. */
export interface ValueRange {
  /** PLAIN bytes of the bounds; none where there is no value, or where a float is NaN (readers would prune wrongly). */
  readonly min?: Uint8Array;
  readonly max?: Uint8Array;
  /** Every value has the same bits, and there is at least one. */
  readonly constant: boolean;
  /** Whole numbers that never fall. */
  readonly rising: boolean;
  /** Largest minus smallest, for whole numbers. */
  readonly span: number;
  /** The smallest whole number of at most 32 bits. */
  readonly smallest: number;
}

const none: ValueRange = { constant: false, rising: false, span: 0, smallest: 0 };

export function integerRange(values: Int32Array): ValueRange {
  if (values.length === 0) return none;
  let min = values[0]!;
  let max = min;
  let previous = min;
  let rising = true;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    if (value < previous) rising = false;
    previous = value;
  }
  return {
    min: int32Bytes(min),
    max: int32Bytes(max),
    constant: min === max,
    rising,
    span: max - min,
    smallest: min,
  };
}

/** Works on the two halves of each value: a BigInt for every row would cost more than all the rest. */
export function bigIntegerRange(values: BigInt64Array): ValueRange {
  if (values.length === 0) return none;
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  let minHigh = halves[1]!;
  let minLow = halves[0]! >>> 0;
  let maxHigh = minHigh;
  let maxLow = minLow;
  let lastHigh = minHigh;
  let lastLow = minLow;
  let rising = true;
  for (let i = 2; i < halves.length; i += 2) {
    const low = halves[i]! >>> 0;
    const high = halves[i + 1]!;
    if (high < minHigh || (high === minHigh && low < minLow)) {
      minHigh = high;
      minLow = low;
    }
    if (high > maxHigh || (high === maxHigh && low > maxLow)) {
      maxHigh = high;
      maxLow = low;
    }
    if (high < lastHigh || (high === lastHigh && low < lastLow)) rising = false;
    lastHigh = high;
    lastLow = low;
  }
  return {
    min: new Uint8Array(Uint32Array.of(minLow, minHigh).buffer),
    max: new Uint8Array(Uint32Array.of(maxLow, maxHigh).buffer),
    constant: minHigh === maxHigh && minLow === maxLow,
    rising,
    span: (maxHigh - minHigh) * 0x100000000 + (maxLow - minLow),
    smallest: 0,
  };
}

export function floatRange(values: Float32Array | Float64Array): ValueRange {
  if (values.length === 0) return none;
  const wide = values instanceof Float64Array;
  const { min, max } = wide ? doubleBounds(values) : singleBounds(values);
  const range = { constant: sameBits(values), rising: false, span: 0, smallest: 0 };
  if (Number.isNaN(min)) return range;
  // The format asks for -0 as lower and +0 as upper bound, whichever zero was met.
  return {
    ...range,
    min: floatBytes(min === 0 ? -0 : min, wide),
    max: floatBytes(max === 0 ? 0 : max, wide),
  };
}

// The same loop twice: one that meets both kinds of array is slower for each.

/** Bounds that are NaN where a value is. */
function singleBounds(values: Float32Array): { min: number; max: number } {
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value >= min) {
      if (value > max) max = value;
    } else if (value < min) min = value;
    else return { min: Number.NaN, max: Number.NaN };
  }
  return { min, max };
}

/** Bounds that are NaN where a value is. */
function doubleBounds(values: Float64Array): { min: number; max: number } {
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value >= min) {
      if (value > max) max = value;
    } else if (value < min) min = value;
    else return { min: Number.NaN, max: Number.NaN };
  }
  return { min, max };
}

function sameBits(values: Float32Array | Float64Array): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  const width = values.BYTES_PER_ELEMENT / 4;
  for (let i = width; i < words.length; i++) if (words[i] !== words[i - width]) return false;
  return true;
}

export function int32Bytes(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}

function floatBytes(value: number, wide: boolean): Uint8Array {
  return new Uint8Array((wide ? Float64Array.of(value) : Float32Array.of(value)).buffer);
}

/** Bounds of strings in the order of their UTF-8 bytes. */
export function stringBounds(strings: readonly string[]): { min?: Uint8Array; max?: Uint8Array } {
  if (strings.length === 0) return {};
  const sorted = strings.map((text) => Buffer.from(text, 'utf8')).sort(Buffer.compare);
  return { min: sorted[0]!, max: sorted[sorted.length - 1]! };
}
