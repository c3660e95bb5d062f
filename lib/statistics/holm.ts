/**
 * Adjusted p-values of a family of tests (S. Holm, Scand. J. Statist. 6 (1979) 65): those below a level are the tests
 * that are rejected where the chance of even one false rejection among all of them is at most that level, whatever
 * depends on what. The smallest of n is multiplied by n, the next by n - 1 and so on; none is below one before it.
 * @param pValues in [0, 1]
 */
export function holmAdjusted(pValues: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: pValues.length }, (_, index) => index).sort(
    (a, b) => pValues[a]! - pValues[b]!,
  );
  const adjusted = new Float64Array(pValues.length);
  let largest = 0;
  for (const [rank, index] of order.entries()) {
    largest = Math.max(largest, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}
