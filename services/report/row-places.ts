import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { corrupt } from '../../lib/columnar/arrow/batch-index.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { fromBatchColumns } from '../featurizer/row-columns.js';
import type { FinishedRun } from './open-runs.js';

/** Wanted rows of one input file in one score file. Over all files rows are numbered through. */
export interface FileRows {
  readonly scoreFile: string;
  readonly sample: string;
  /** Input file as outputs name it. */
  readonly file: string;
  /** Number of the first of these rows. */
  readonly first: number;
  /** Place of each in the score file, and its entry of the input file. */
  readonly row: Float64Array;
  readonly entry: Float64Array;
}

/** Features of some of the wanted rows. Valid during the call. */
export type FeatureVisit = (
  features: FeatureRows,
  /** Rows of `features` that are wanted, and the number of each. */
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
 * entry among all feature files, until the last of them is found.
 * @param onBatch called before each batch is read
 * @returns how many of the rows were found
 * @throws io_failed, arrow_batch_corrupt
 */
export async function visitFeatures(
  files: readonly FileRows[],
  visit: FeatureVisit,
  signal: AbortSignal,
  onBatch: () => void = () => {},
): Promise<number> {
  const look = { visit, signal, onBatch };
  let found = 0;
  const searched = new Map<string, FileRows[]>();
  for (const [scoreFile, own] of grouped(files, (one) => one.scoreFile)) {
    const folder = join(dirname(dirname(scoreFile)), 'features');
    const path = join(folder, `${basename(scoreFile, '.parquet')}.arrow`);
    if (existsSync(path)) found += await visitByPlace(path, own, look);
    else searched.set(folder, [...(searched.get(folder) ?? []), ...own]);
  }
  for (const [folder, own] of searched) found += await visitBySource(folder, own, look);
  return found;
}

/** What is done with batches, and around them. */
interface Look {
  readonly visit: FeatureVisit;
  readonly signal: AbortSignal;
  readonly onBatch: () => void;
}

interface Wanted {
  readonly number: number;
  readonly row: number;
  readonly entry: number;
}

function wantedOf({ first, row, entry }: FileRows): Wanted[] {
  return Array.from(row, (place, at) => ({ number: first + at, row: place, entry: entry[at]! }));
}

async function visitByPlace(
  path: string,
  files: readonly FileRows[],
  { visit, signal, onBatch }: Look,
): Promise<number> {
  const wanted = files.flatMap(wantedOf).sort((a, b) => a.row - b.row);
  const reader = new BatchFileReader(path, featureSchema);
  try {
    let first = 0;
    let at = 0;
    for (let number = 0; number < reader.batches && at < wanted.length; number++) {
      const from = at;
      const end = first + reader.rowsOf(number);
      while (at < wanted.length && wanted[at]!.row < end) at++;
      if (at > from) {
        signal.throwIfAborted();
        onBatch();
        await visitBatch(reader.batch(number), first, wanted.slice(from, at), visit, path);
      }
      first = end;
    }
    return at;
  } finally {
    reader.close();
  }
}

/** @param first place of the batch's first row in the file */
async function visitBatch(
  batch: Batch,
  first: number,
  wanted: readonly Wanted[],
  visit: FeatureVisit,
  path: string,
): Promise<void> {
  const { entry } = fromBatchColumns(batch);
  for (const one of wanted) {
    const found = entry[one.row - first]!;
    if (Number(found) === one.entry) continue;
    throw corrupt(
      `of ${path}`,
      `holds entry ${found} where the score file of the same name has entry ${one.entry}; run again with --fresh`,
    );
  }
  const rows = Int32Array.from(wanted, ({ row }) => row - first);
  await visit(
    fromFeatureBatch(batch).features,
    rows,
    Int32Array.from(wanted, ({ number }) => number),
  );
}

async function visitBySource(
  folder: string,
  files: readonly FileRows[],
  { visit, signal, onBatch }: Look,
): Promise<number> {
  const bySource = new Map<string, Map<number, number>>();
  for (const [key, own] of grouped(files, ({ sample, file }) => sourceKey(sample, file)))
    bySource.set(key, new Map(own.flatMap(wantedOf).map(({ entry, number }) => [entry, number])));
  const wanted = [...bySource.values()].reduce((sum, entries) => sum + entries.size, 0);
  let found = 0;
  for (const name of arrowFiles(folder)) {
    // A row is in one file only.
    if (found >= wanted) break;
    const reader = new BatchFileReader(join(folder, name), featureSchema);
    try {
      for (let number = 0; number < reader.batches && found < wanted; number++) {
        signal.throwIfAborted();
        onBatch();
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

function grouped(files: readonly FileRows[], keyOf: (file: FileRows) => string): Map<string, FileRows[]> {
  const groups = new Map<string, FileRows[]>();
  for (const file of files) {
    const key = keyOf(file);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  return groups;
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
