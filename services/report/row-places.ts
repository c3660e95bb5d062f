import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { corrupt } from '../../lib/columnar/arrow/batch-index.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { fromBatchColumns } from '../featurizer/row-columns.js';
import type { FinishedRun } from './open-runs.js';

/** Where rows of score files stand, and what identifies their events: one value a row. */
export interface RowPlaces {
  readonly scoreFile: readonly string[];
  readonly row: ArrayLike<number>;
  readonly sample: readonly string[];
  /** Input file as outputs name it. */
  readonly file: readonly string[];
  readonly entry: ArrayLike<number>;
}

/** Features of some of the wanted rows. Valid during the call. */
export type FeatureVisit = (
  features: FeatureRows,
  /** Rows of `features` that are wanted, and which of the wanted rows each is. */
  rows: Int32Array,
  wanted: Int32Array,
) => Promise<void>;

/** Why there are no features to read; undefined where there are. */
export function featuresMissing(runs: readonly FinishedRun[]): string | undefined {
  const without = runs.filter(({ layout }) => arrowFiles(layout.features).length === 0);
  if (without.length === 0) return undefined;
  return without.every(({ config }) => config.output.keep_features)
    ? `${without.map(({ shown }) => shown).join(', ')} has no features/ (any more)`
    : `${without.map(({ shown }) => shown).join(', ')} ran with \`output.keep_features: false\``;
}

/**
 * Finds the features of rows of score files. The embedded engine writes both files of a range under one name, row for
 * row; where there is no such file (files of the other engine cover windows of topics), rows are found by input file and
 * entry among all feature files.
 * @returns how many of the rows were found
 * @throws io_failed, arrow_batch_corrupt
 */
export async function visitFeatures(
  places: RowPlaces,
  visit: FeatureVisit,
  signal: AbortSignal,
): Promise<number> {
  const byFile = new Map<string, number[]>();
  places.scoreFile.forEach((path, index) => {
    const list = byFile.get(path);
    if (list === undefined) byFile.set(path, [index]);
    else list.push(index);
  });
  let found = 0;
  const searched = new Map<string, number[]>();
  for (const [scoreFile, wanted] of byFile) {
    const folder = join(dirname(dirname(scoreFile)), 'features');
    const path = join(folder, `${basename(scoreFile, '.parquet')}.arrow`);
    if (existsSync(path)) found += await visitByPlace(path, places, wanted, visit, signal);
    else searched.set(folder, [...(searched.get(folder) ?? []), ...wanted]);
  }
  for (const [folder, wanted] of searched)
    found += await visitBySource(folder, places, wanted, visit, signal);
  return found;
}

async function visitByPlace(
  path: string,
  places: RowPlaces,
  wanted: readonly number[],
  visit: FeatureVisit,
  signal: AbortSignal,
): Promise<number> {
  const sorted = Int32Array.from(wanted).sort((a, b) => places.row[a]! - places.row[b]!);
  const reader = new BatchFileReader(path, featureSchema);
  try {
    let first = 0;
    let at = 0;
    for (let number = 0; number < reader.batches && at < sorted.length; number++) {
      const from = at;
      const end = first + reader.rowsOf(number);
      while (at < sorted.length && places.row[sorted[at]!]! < end) at++;
      if (at > from) {
        signal.throwIfAborted();
        const batch = reader.batch(number);
        const own = sorted.subarray(from, at);
        const rows = own.map((index) => places.row[index]! - first);
        checkEntries(batch, rows, own, places, path);
        await visit(fromFeatureBatch(batch).features, rows, own);
      }
      first = end;
    }
    return at;
  } finally {
    reader.close();
  }
}

function checkEntries(
  batch: Batch,
  rows: Int32Array,
  wanted: Int32Array,
  places: RowPlaces,
  path: string,
): void {
  const { entry } = fromBatchColumns(batch);
  rows.forEach((row, index) => {
    if (Number(entry[row]!) !== places.entry[wanted[index]!])
      throw corrupt(
        `of ${path}`,
        `holds entry ${entry[row]} where the score file of the same name has entry ${places.entry[wanted[index]!]}; run again with --fresh`,
      );
  });
}

async function visitBySource(
  folder: string,
  places: RowPlaces,
  wanted: readonly number[],
  visit: FeatureVisit,
  signal: AbortSignal,
): Promise<number> {
  const bySource = new Map<string, Map<number, number>>();
  for (const index of wanted) {
    const key = sourceKey(places.sample[index]!, places.file[index]!);
    const entries = bySource.get(key) ?? new Map<number, number>();
    bySource.set(key, entries.set(places.entry[index]!, index));
  }
  let found = 0;
  for (const name of arrowFiles(folder)) {
    const reader = new BatchFileReader(join(folder, name), featureSchema);
    try {
      for (let number = 0; number < reader.batches; number++) {
        signal.throwIfAborted();
        const batch = reader.batch(number);
        const entries = bySource.get(sourceKey(String(batch.source.facts?.sample), batch.source.file));
        if (entries === undefined) continue;
        const rows: number[] = [];
        const own: number[] = [];
        fromBatchColumns(batch).entry.forEach((entry, row) => {
          const index = entries.get(Number(entry));
          if (index === undefined) return;
          rows.push(row);
          own.push(index);
        });
        if (rows.length > 0)
          await visit(fromFeatureBatch(batch).features, Int32Array.from(rows), Int32Array.from(own));
        found += rows.length;
      }
    } finally {
      reader.close();
    }
  }
  return found;
}

function sourceKey(sample: string, file: string): string {
  return `${sample}\n${file}`;
}

function arrowFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.arrow') && !name.startsWith('.'))
    .sort();
}
