/** A row by its score and where it stands. */
export interface Candidate {
  readonly score: number;
  /** Of the process that it belongs to. */
  readonly process: number;
  /** File of scores, and row in it. */
  readonly path: string;
  readonly row: number;
}

/** Which rows of a file may be among the `most` with the largest score, largest first; at most that many. */
export function candidatesOf(
  scores: ArrayLike<number>,
  least: number,
  most: number,
): { readonly row: number; readonly score: number }[] {
  const found: { row: number; score: number }[] = [];
  let floor = least;
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row]!;
    if (!(score >= floor) || score === Number.POSITIVE_INFINITY) continue;
    found.push({ row, score });
    // Sorted now and then only: most rows of a file are below the floor soon.
    if (found.length >= 4 * most) floor = Math.max(least, shorten(found, most));
  }
  shorten(found, most);
  return found;
}

function shorten(found: { row: number; score: number }[], most: number): number {
  found.sort((a, b) => b.score - a.score || a.row - b.row);
  found.length = Math.min(found.length, most);
  return found.length < most ? Number.NEGATIVE_INFINITY : found[found.length - 1]!.score;
}

/** The `most` entries with the largest score; of equal scores the order does not depend on which came first. */
export function merged<Entry extends Candidate>(
  known: readonly Entry[],
  more: readonly Entry[],
  most: number,
): Entry[] {
  return [...known, ...more]
    .sort((a, b) => b.score - a.score || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0) || a.row - b.row)
    .slice(0, most);
}
