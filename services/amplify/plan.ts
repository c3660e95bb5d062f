/** One stretch of the output: entries [first, first + count) of input `file`, in copy number `copy` (0: as they are). */
export interface Stretch {
  readonly file: number;
  readonly copy: number;
  readonly first: number;
  readonly count: number;
}

/**
 * The output as stretches of at most `size` entries: all files one after the other, again and again, until
 * `events` are made. So the first pass is the originals and any longer output begins with the shorter one.
 */
export function* planStretches(entries: readonly number[], events: number, size: number): Generator<Stretch> {
  let left = events;
  for (let copy = 0; left > 0; copy += 1) {
    for (let file = 0; file < entries.length && left > 0; file += 1) {
      const take = Math.min(left, entries[file]!);
      for (let first = 0; first < take; first += size) {
        yield { file, copy, first, count: Math.min(size, take - first) };
      }
      left -= take;
    }
  }
}

/** How often every entry of each file is made, and how many of its first entries are made once more. */
export function repeats(
  entries: readonly number[],
  events: number,
): readonly { readonly whole: number; readonly rest: number }[] {
  const total = entries.reduce((sum, count) => sum + count, 0);
  const whole = Math.floor(events / total);
  let left = events - whole * total;
  return entries.map((count) => {
    const rest = Math.min(left, count);
    left -= rest;
    return { whole, rest };
  });
}

/** What is known of a file's weights: sums of mcWeight over all entries and over the first `rest` of them. */
export interface FileWeights {
  readonly entries: number;
  readonly whole: number;
  readonly rest: number;
  readonly allWeight: number;
  readonly restWeight: number;
  /** SumWeights as the file has it; files of one value are parts of one production. */
  readonly sumWeights: number;
}

/**
 * By how much each file's SumWeights is multiplied: (sum of mcWeight made) / (sum of mcWeight of the originals),
 * over all files of the same SumWeights together, since these are parts of one production. Where the weights add
 * up to nothing, by the number of entries instead.
 */
export function madeFractions(files: readonly FileWeights[]): readonly number[] {
  return files.map(({ sumWeights }) => {
    let made = 0;
    let all = 0;
    let madeEntries = 0;
    let allEntries = 0;
    for (const file of files) {
      if (file.sumWeights !== sumWeights) continue;
      made += file.whole * file.allWeight + file.restWeight;
      all += file.allWeight;
      madeEntries += file.whole * file.entries + file.rest;
      allEntries += file.entries;
    }
    return all > 0 && made > 0 ? made / all : madeEntries / allEntries;
  });
}
