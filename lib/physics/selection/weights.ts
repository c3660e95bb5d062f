import { reason } from './reason.js';

/** Largest absolute weight that is not absurd; no limit where the file has no finite non-zero weight. */
export function weightLimit(medianAbsWeight: number, absurdFactor: number): number {
  return medianAbsWeight > 0 ? medianAbsWeight * absurdFactor : Number.POSITIVE_INFINITY;
}

/** `reason.selected` for a sound weight, else `weightNotFinite` or `weightAbsurd` (above `limit`). */
export function weightVerdict(weight: number, limit: number): number {
  // x - x is 0 for finite numbers and NaN for all others.
  if (weight - weight !== 0) return reason.weightNotFinite;
  return Math.abs(weight) > limit ? reason.weightAbsurd : reason.selected;
}

/**
 * Median over the finite non-zero absolute weights of a file, exact, in time linear in their number; the mean
 * of the middle two for an even number, as numpy.median. NaN where there is none.
 * `scratch` (at least weights.length long) is overwritten; it may be `weights` itself.
 */
export function medianAbsWeight(
  weights: Float64Array,
  scratch: Float64Array = new Float64Array(weights.length),
): number {
  let count = 0;
  for (let i = 0; i < weights.length; i++) {
    const value = Math.abs(weights[i]!);
    if (value > 0 && value < Number.POSITIVE_INFINITY) scratch[count++] = value;
  }
  if (count === 0) return Number.NaN;
  const middle = count >>> 1;
  const upper = selectNth(scratch, count, middle);
  if (count % 2 === 1) return upper;
  // After the selection everything before `middle` is at most `upper`.
  let lower = scratch[0]!;
  for (let i = 1; i < middle; i++) if (scratch[i]! > lower) lower = scratch[i]!;
  return lower + (upper - lower) / 2;
}

/** True where a sample has too many dead-letter weights to be trusted (decisions.md 17). */
export function isCorrupt(deadWeights: number, entries: number, fraction: number, minimum: number): boolean {
  return deadWeights >= minimum && deadWeights > fraction * entries;
}

/** Hoare's selection of the n-th smallest of the first `count` values, in place; falls back to a sort. */
function selectNth(values: Float64Array, count: number, n: number): number {
  let left = 0;
  let right = count - 1;
  let rounds = 4 * Math.ceil(Math.log2(count + 1)) + 8;
  while (right - left > 16) {
    if (rounds-- === 0) break;
    const pivot = medianOfThree(values[left]!, values[(left + right) >>> 1]!, values[right]!);
    let i = left;
    let j = right;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i <= j) {
        const swapped = values[i]!;
        values[i++] = values[j]!;
        values[j--] = swapped;
      }
    }
    if (n <= j) right = j;
    else if (n >= i) left = i;
    else return values[n]!;
  }
  // A short rest, or an input made to defeat the pivots.
  values.subarray(left, right + 1).sort();
  return values[n]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
