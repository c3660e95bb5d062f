import type { CellModel } from './cells-model.js';
import { isIn, type RowSample } from './cells-sample.js';
import { visitFeatures } from './row-places.js';

/** What cells add to the score on average over the drawn rows of a region, weighted by abs(w). */
export interface RegionCells {
  /** By column; their sum is `total`. */
  readonly mean: Float64Array;
  /** Mean of the score over the same rows (of error_abs: of what it is the logarithm of). */
  readonly total: number;
  /** Rows in the region, and those of them that were drawn and found among the features. */
  readonly events: number;
  readonly drawn: number;
}

/** Sums over rows of a process that were drawn for the same regions. */
interface Sums {
  readonly cells: Float64Array;
  weight: number;
  rows: number;
}

/**
 * Reconstructs the drawn rows, in one pass over the features.
 * @returns by process, then by region; undefined where a region has no row of the process, or none with a weight
 */
export async function cellSums(
  sample: RowSample,
  model: CellModel,
  signal: AbortSignal,
): Promise<(RegionCells | undefined)[][]> {
  const { cells, patterns } = model;
  const sums = sample.events.map(() => new Map<number, Sums>());
  const out = new Float64Array(cells.batch * cells.columns);
  await visitFeatures(
    sample.files,
    async (features, rows, wanted) => {
      const bound = patterns.rows(features);
      for (let from = 0; from < rows.length; from += cells.batch) {
        const to = Math.min(rows.length, from + cells.batch);
        await cells.of(bound, rows, from, to, out);
        for (let index = from; index < to; index++) {
          const row = wanted[index]!;
          const into = sumsOf(sums[sample.process[row]!]!, sample.regions[row]!, cells.columns);
          add(into, out, (index - from) * cells.columns, sample.weight[row]!);
        }
      }
    },
    signal,
  );
  return sample.events.map((counts, process) =>
    counts.map((events, region) => regionCells(sums[process]!, region, events, cells.columns)),
  );
}

function sumsOf(known: Map<number, Sums>, regions: number, columns: number): Sums {
  let found = known.get(regions);
  if (found === undefined) {
    found = { cells: new Float64Array(columns), weight: 0, rows: 0 };
    known.set(regions, found);
  }
  return found;
}

function add(into: Sums, values: Float64Array, start: number, weight: number): void {
  const { cells } = into;
  for (let column = 0; column < cells.length; column++) cells[column]! += weight * values[start + column]!;
  into.weight += weight;
  into.rows += 1;
}

function regionCells(
  sums: ReadonlyMap<number, Sums>,
  region: number,
  events: number,
  columns: number,
): RegionCells | undefined {
  const mean = new Float64Array(columns);
  let weight = 0;
  let drawn = 0;
  for (const [regions, sum] of sums) {
    if (!isIn(regions, region)) continue;
    for (let column = 0; column < columns; column++) mean[column]! += sum.cells[column]!;
    weight += sum.weight;
    drawn += sum.rows;
  }
  if (!(weight > 0)) return undefined;
  for (let column = 0; column < columns; column++) mean[column]! /= weight;
  return { mean, total: mean.reduce((sum, value) => sum + value, 0), events, drawn };
}
