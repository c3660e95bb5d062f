import { invariant } from '../base/error.js';

/** The unit of work, of outputs and of restarts: consecutive entries of one source. */
export interface SourceRange {
  /** Index of the source in the plan. */
  readonly source: number;
  /** First entry. */
  readonly first: number;
  /** Number of entries, at least 1. */
  readonly count: number;
}

/** Source entries of one block; moments and messages are cut at its multiples, whatever the range size. */
export const blockEntries = 8192;

/**
 * Cuts every source into ranges of `rangeEntries` (the last one shorter). A range starts at a multiple of the
 * block size, so that what is taken per block does not depend on the range size.
 */
export function planRanges(entriesOfSources: readonly number[], rangeEntries: number): SourceRange[] {
  invariant(
    Number.isInteger(rangeEntries) && rangeEntries > 0 && rangeEntries % blockEntries === 0,
    `a range holds a multiple of ${blockEntries} entries, not ${rangeEntries}`,
  );
  const ranges: SourceRange[] = [];
  for (const [source, entries] of entriesOfSources.entries()) {
    for (let first = 0; first < entries; first += rangeEntries) {
      ranges.push({ source, first, count: Math.min(rangeEntries, entries - first) });
    }
  }
  return ranges;
}
