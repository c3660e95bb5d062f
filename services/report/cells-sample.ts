import type { Process } from './processes.js';
import { hashedRows, hashRange } from './row-hash.js';
import type { RowPlaces } from './row-places.js';
import { numbers, type ScoreTable, texts } from './score-table.js';

/** A region by its condition on `rows`. */
export interface SampledRegion {
  readonly id: string;
  readonly where: string;
}

/** Rows of a process that are looked at, each once whatever number of regions it is in. */
export interface RowSample {
  readonly places: RowPlaces;
  /** abs(w) of each row. */
  readonly weight: Float64Array;
  /** Sum of 2^r over the regions r for which the row was drawn. */
  readonly regions: Float64Array;
  /** By region: its rows, and how many of them were drawn. */
  readonly counts: readonly { readonly events: number; readonly drawn: number }[];
}

export interface SampleOptions {
  /** Rows of a region at most. */
  readonly most: number;
  readonly seed: number;
  /** SQL condition that every row meets, beside the process' own. */
  readonly where: string;
}

/** Regions are bits of a double. */
export const mostRegions = 50;

/**
 * Draws rows of a process: of each region all, or those `most` whose hash is least. Two regions share what they can,
 * so that regions within each other do not ask for more rows than the sum of what is new in each.
 * @throws report_query_failed
 */
export async function sampleRows(
  table: ScoreTable,
  process: Process,
  regions: readonly SampledRegion[],
  { most, seed, where }: SampleOptions,
): Promise<RowSample> {
  const counted = await table.query(
    `select ${regions.map((region, r) => `count(*) filter (where ${region.where})::double as n${r}`).join(', ')}
     from rows where (${process.where}) and (${where})`,
  );
  const events = regions.map((_, r) => numbers(counted, `n${r}`)[0]!);
  const below = events.map((count) => hashBelow(count, most));
  const found = await table.query(
    `select filename, file_row_number::double as row, sample, file, entry::double as entry, abs(w) as w, h::double as h,
     ${regions.map((region, r) => `((${region.where}) and h < ${below[r]})::tinyint as r${r}`).join(', ')}
     from ${hashedRows(`(select * from rows where (${process.where}) and (${where}))`, seed)}
     where ${regions.map((region, r) => `((${region.where}) and h < ${below[r]})`).join(' or ')}
     order by h, filename, file_row_number`,
  );
  const hash = numbers(found, 'h');
  const drawn = new Float64Array(hash.length);
  const counts = regions.map((_, r) => {
    const candidate = numbers(found, `r${r}`);
    let taken = 0;
    // Rows come by rising hash.
    for (let row = 0; row < candidate.length && taken < most; row++) {
      if (candidate[row] !== 1) continue;
      drawn[row]! += 2 ** r;
      taken++;
    }
    return { events: events[r]!, drawn: taken };
  });
  const kept = Int32Array.from(drawn.keys()).filter((row) => drawn[row]! > 0);
  const pick = (column: string) => {
    const values = numbers(found, column);
    return Float64Array.from(kept, (row) => values[row]!);
  };
  const pickText = (column: string) => {
    const values = texts(found, column);
    // Few distinct texts: each is kept once.
    const known = new Map<string, string>();
    return Array.from(kept, (row) => {
      const value = values[row]!;
      const same = known.get(value);
      if (same === undefined) known.set(value, value);
      return same ?? value;
    });
  };
  return {
    places: {
      scoreFile: pickText('filename'),
      row: pick('row'),
      sample: pickText('sample'),
      file: pickText('file'),
      entry: pick('entry'),
    },
    weight: pick('w'),
    regions: Float64Array.from(kept, (row) => drawn[row]!),
    counts,
  };
}

/** A bound of the hash below which lie a few more rows than are wanted: 5 % and 200 are more than ten sigma of `most`. */
function hashBelow(events: number, most: number): number {
  const share = (1.05 * most + 200) / Math.max(events, 1);
  return share >= 1 ? hashRange : Math.ceil(share * hashRange);
}
