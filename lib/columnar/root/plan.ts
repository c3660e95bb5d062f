/** One basket to be fetched: where it is in the file. */
export interface Wanted {
  readonly seek: number;
  readonly bytes: number;
  /** Where its bytes stand in the arena once the reads are done; filled by `planReads`. */
  arenaAt: number;
}

/** One read from the file into the arena. */
export interface PlannedRead {
  readonly seek: number;
  readonly bytes: number;
  readonly arenaAt: number;
}

export interface ReadPlan {
  readonly reads: PlannedRead[];
  readonly arenaBytes: number;
}

/** Gaps up to this are read over: a second call costs more than 32 KB of page cache. */
const gapBytes = 32 * 1024;
/** No single read is larger, unless a basket is. */
const largestRead = 8 * 1024 * 1024;

/**
 * Joins neighbouring baskets to few large reads, and says for each basket where it will be. Sorts `wanted`
 * by position; overlapping baskets (only a damaged file has them) are read once each.
 */
export function planReads(wanted: Wanted[]): ReadPlan {
  wanted.sort((left, right) => left.seek - right.seek);
  const reads: PlannedRead[] = [];
  let arenaAt = 0;
  let start = 0;
  let end = 0;
  for (const basket of wanted) {
    const until = basket.seek + basket.bytes;
    const joins =
      end > start && basket.seek >= end && basket.seek - end <= gapBytes && until - start <= largestRead;
    if (!joins) {
      close();
      start = basket.seek;
    }
    end = until;
    basket.arenaAt = arenaAt + basket.seek - start;
  }
  close();
  return { reads, arenaBytes: arenaAt };

  function close(): void {
    if (end === start) return;
    reads.push({ seek: start, bytes: end - start, arenaAt });
    arenaAt += end - start;
  }
}
