/** A signal peaks where a window of the search holds this share of it. */
const leastShare = 0.5;
/** Fewer simulated events have no shape. */
export const leastPeakRows = 20;

/**
 * Whether a signal has a peak that a scan could find: some window of `maxWidth` bins holds at least half of all its
 * events, those outside the bins counted too.
 * @param counts sums of weights by bin
 * @param rows simulated events by bin
 * @param all sum of weights of all its events
 */
export function hasPeak(
  counts: ArrayLike<number>,
  rows: ArrayLike<number>,
  all: number,
  maxWidth: number,
): boolean {
  let inWindow = 0;
  let rowsInWindow = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    inWindow += counts[bin]! - (counts[bin - maxWidth] ?? 0);
    rowsInWindow += rows[bin]! - (rows[bin - maxWidth] ?? 0);
    if (rowsInWindow >= leastPeakRows && all > 0 && inWindow >= leastShare * all) return true;
  }
  return false;
}
