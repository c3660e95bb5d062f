import { keyOf, keyValue } from './weighted-keys.js';

/**
 * Share of the weight below a value, see QuantileSketch.rank: `below` has the weight below each bucket, and of all.
 */
export function rankIn(
  keys: Int32Array,
  below: Float64Array,
  shift: number,
  minimum: number,
  maximum: number,
  value: number,
): number {
  if (Number.isNaN(value) || keys.length === 0) return Number.NaN;
  const rounded = Math.fround(value);
  const beyond = rounded > maximum;
  const fine = keyOf(beyond ? maximum : rounded);
  const key = fine >> shift;
  const at = lowerBound(keys, key);
  const total = below[keys.length]!;
  if (at === keys.length || keys[at] !== key) return below[at]! / total;
  const first = at === 0 ? keyOf(minimum) : key * 2 ** shift;
  const end = at === keys.length - 1 ? keyOf(maximum) + 1 : (key + 1) * 2 ** shift;
  if (fine < first) return 0;
  const mass = below[at + 1]! - below[at]!;
  if (!beyond) return (below[at]! + (mass * (fine - first + 0.5)) / (end - first)) / total;
  const left = (0.5 * mass) / (end - first) / total;
  return 1 - left / (1 + (value - maximum) / (Math.abs(maximum) || 1));
}

/** First index whose key is not below `key`. */
export function lowerBound(keys: Int32Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a quantile lies: the exact one from `low` to `high`, and `value` the place of its weight between them. */
export interface SketchedQuantile {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The quantile at a level from 0 to 1 of buckets that are not empty, see QuantileSketch.quantile. */
export function quantileIn(
  keys: Int32Array,
  below: Float64Array,
  shift: number,
  minimum: number,
  maximum: number,
  level: number,
): SketchedQuantile {
  const last = keys.length - 1;
  const wanted = level * below[last + 1]!;
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (below[middle + 1]! >= wanted) high = middle;
    else low = middle + 1;
  }
  const first = low === 0 ? keyOf(minimum) : keys[low]! * 2 ** shift;
  const end = low === last ? keyOf(maximum) : (keys[low]! + 1) * 2 ** shift - 1;
  const share = (wanted - below[low]!) / (below[low + 1]! - below[low]!);
  const key = first + Math.round(Math.min(1, Math.max(0, share)) * (end - first));
  return { value: keyValue(key), low: keyValue(first), high: keyValue(end) };
}
