import { blockEntries } from '../../../lib/flow/ranges.js';
import type { CopiedFile } from './copied-file.js';

/**
 * The files of a load run, in their order: rounds over all parents, each with the same number of copies of every
 * parent, so that the mixture of samples stays what it is. The first round has one copy, the next ones two, four, ...
 * until the smallest parent fills a block of 8,192 entries: so the mixture comes soon, and blocks are as large as
 * those of real files. What is left of `events` in the end is taken of all parents in proportion to their entries.
 * @param entries those of the parents
 * @param events to make in all; undefined: without end
 */
export function* planLoad(entries: readonly number[], events: number | undefined): Generator<CopiedFile> {
  const total = entries.reduce((sum, count) => sum + count, 0);
  if (total === 0) return;
  const most = Math.max(1, Math.ceil(blockEntries / Math.max(1, Math.min(...entries.filter(Boolean)))));
  let left = events ?? Number.POSITIVE_INFINITY;
  let firstCopy = 0;
  for (let wanted = 1; left >= total; wanted = Math.min(most, 2 * wanted)) {
    const copies = Math.min(wanted, Math.floor(left / total));
    for (const [parent, count] of entries.entries())
      yield { parent, firstCopy, copies, entries: copies * count };
    left -= copies * total;
    firstCopy += copies;
  }
  if (left === 0) return;
  let before = 0;
  for (const [parent, count] of entries.entries()) {
    // Differences of rounded running sums: together they are exactly what is left.
    const from = Math.round((left * before) / total);
    before += count;
    yield { parent, firstCopy, copies: 1, entries: Math.round((left * before) / total) - from };
  }
}

/**
 * How often the events of every parent are made, as far as that is known when a file of the plan is taken: what its
 * weights are divided by, so that yields stay those of the parents. (Where the plan has no end they go down as it
 * goes on.)
 */
export function madeTimes(
  { firstCopy, copies }: CopiedFile,
  total: number,
  events: number | undefined,
): number {
  return events === undefined ? firstCopy + copies : events / total;
}

/** Entries of a parent that follow each other in one of its copies. */
export interface CopiedStretch {
  readonly copy: number;
  readonly first: number;
  readonly count: number;
}

/** Where entries [first, first + count) of a file of copies come from. @param parentEntries entries of its parent */
export function stretchesOf(
  firstCopy: number,
  parentEntries: number,
  first: number,
  count: number,
): CopiedStretch[] {
  const found: CopiedStretch[] = [];
  for (let entry = first; entry < first + count; ) {
    const at = entry % parentEntries;
    const length = Math.min(parentEntries - at, first + count - entry);
    found.push({ copy: firstCopy + Math.floor(entry / parentEntries), first: at, count: length });
    entry += length;
  }
  return found;
}
