import { byProcess, type Process } from './processes.js';
import { hashedRows, hashRange } from './row-hash.js';
import type { FileRows } from './row-places.js';
import { type Answer, numbers, type ScoreTable, texts } from './score-table.js';

/** A region by its condition on `rows`. */
export interface SampledRegion {
  readonly id: string;
  readonly where: string;
}

/** Rows that are looked at, each once whatever number of regions it is in. */
export interface RowSample {
  readonly files: readonly FileRows[];
  /** By row: place among the processes, and abs(w). */
  readonly process: Uint16Array;
  readonly weight: Float64Array;
  /** By row: sum of 2^r over the regions r for which it was drawn; 0 where for none. */
  readonly regions: Float64Array;
  /** By process and region: its rows in all. */
  readonly events: readonly (readonly number[])[];
}

export interface SampleOptions {
  /** Rows of a process in a region at most. */
  readonly most: number;
  readonly seed: number;
  /** SQL condition that every row meets. */
  readonly where: string;
}

/** Regions are bits of a double. */
export const mostRegions = 50;

/**
 * Draws rows of each process: of each region all, or those `most` whose hash is least. Regions share what they can, so
 * that those within each other do not ask for more rows than what is new in each. Two passes over the score files.
 * @throws report_query_failed
 */
export async function sampleRows(
  table: ScoreTable,
  processes: readonly Process[],
  regions: readonly SampledRegion[],
  { most, seed, where }: SampleOptions,
): Promise<RowSample> {
  const process = byProcess(processes, (index) => index);
  const counted = await table.query(
    `select ${process} as process, ${regions.map((region, r) => `count(*) filter (where ${region.where})::double as n${r}`).join(', ')}
     from rows where (${where}) and ${process} is not null group by all`,
  );
  const events = processes.map((_, index) => {
    const at = numbers(counted, 'process').indexOf(index);
    return regions.map((_region, r) => (at < 0 ? 0 : numbers(counted, `n${r}`)[at]!));
  });
  const bits = regions.map((region, r) => {
    const below = byProcess(processes, (index) => hashBelow(events[index]![r]!, most));
    return `case when (${region.where}) and h < ${below} then ${2 ** r} else 0 end`;
  });
  const inOrder = (value: string) => `list(${value} order by file_row_number)`;
  // A line for each file, so that its names come once.
  const found = await table.query(
    `select process, filename, sample, file, ${inOrder('file_row_number::double')} as row, ${inOrder('entry::double')} as entry,
     ${inOrder('abs(w)')} as weight, ${inOrder('h::double')} as hash, ${inOrder('regions::double')} as regions
     from (select *, ${process} as process, ${bits.join(' + ')} as regions
       from ${hashedRows(`(select * from rows where ${where})`, seed)})
     where regions > 0 and process is not null
     group by process, filename, sample, file order by process, filename, sample, file`,
  );
  const candidates = flattened(found);
  drawFewest(candidates, processes.length, regions.length, most);
  return { ...candidates, events };
}

interface Candidates extends Omit<RowSample, 'events'> {
  readonly hash: Float64Array;
}

function flattened(found: Answer): Candidates {
  const lists = (name: string) => found[name] as readonly (readonly number[])[];
  const joined = (name: string) => Float64Array.from(lists(name).flat());
  const [scoreFile, sample, file] = [texts(found, 'filename'), texts(found, 'sample'), texts(found, 'file')];
  const [row, entry] = [lists('row'), lists('entry')];
  const owner = numbers(found, 'process');
  let first = 0;
  const files = row.map((rows, at): FileRows => {
    const made = {
      scoreFile: scoreFile[at]!,
      sample: sample[at]!,
      file: file[at]!,
      first,
      row: Float64Array.from(rows),
      entry: Float64Array.from(entry[at]!),
    };
    first += rows.length;
    return made;
  });
  return {
    files,
    process: Uint16Array.from(row.flatMap((rows, at) => rows.map(() => owner[at]!))),
    weight: joined('weight'),
    hash: joined('hash'),
    regions: joined('regions'),
  };
}

/** Takes regions from rows that are not among the `most` of least hash. */
function drawFewest({ process, hash, regions }: Candidates, processes: number, count: number, most: number) {
  for (let region = 0; region < count; region++) {
    const own: number[][] = Array.from({ length: processes }, () => []);
    for (let row = 0; row < hash.length; row++)
      if (isIn(regions[row]!, region)) own[process[row]!]!.push(row);
    for (const rows of own) {
      if (rows.length <= most) continue;
      rows.sort((a, b) => hash[a]! - hash[b]! || a - b);
      for (const row of rows.slice(most)) regions[row]! -= 2 ** region;
    }
  }
}

/** Whether a row was drawn for a region, by its sum of powers of two. */
export function isIn(regions: number, region: number): boolean {
  return Math.floor(regions / 2 ** region) % 2 === 1;
}

/** A bound of the hash below which lie a few more rows than are wanted: 5 % and 200 are more than ten sigma of `most`. */
function hashBelow(events: number, most: number): number {
  const share = (1.05 * most + 200) / Math.max(events, 1);
  return share >= 1 ? hashRange : Math.ceil(share * hashRange);
}
