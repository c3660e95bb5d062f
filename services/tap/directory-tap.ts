import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../lib/columnar/arrow/feature-batch.js';
import { parquetColumnNames, readParquetColumns } from '../../lib/columnar/parquet/read-columns.js';
import { layoutOf } from '../pipeline/layout.js';
import { eventsOfBatch, eventsOfTable, type TapEvent } from './values.js';

export type DirectoryStage = 'features' | 'scores';

/** A batch of a feature file, or a file of scores. */
export interface FileView {
  readonly file: string;
  /** Number of the batch in its file; undefined for scores. */
  readonly batch: number | undefined;
  readonly rows: number;
  /** What is said of all rows. */
  readonly facts: ReadonlyMap<string, string>;
  readonly events: readonly TapEvent[];
}

export interface DirectoryTapOptions {
  readonly directory: string;
  readonly stage: DirectoryStage;
  /** end begins with the last file by name. */
  readonly from: 'beginning' | 'end';
  readonly mostEvents: number;
}

/** What is in the stage files of an output directory, file by file. @throws run_missing */
export async function* tapDirectory(options: DirectoryTapOptions): AsyncGenerator<FileView, void> {
  const { directory, stage, from } = options;
  const layout = layoutOf(directory);
  const [folder, ending] = stage === 'features' ? [layout.features, '.arrow'] : [layout.scores, '.parquet'];
  const names = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    : [];
  if (names.length === 0) {
    throw new RmmError(
      'run_missing',
      `${directory} holds no ${stage} yet: there is no file ${stage}/*${ending}`,
      {
        context: { directory },
      },
    );
  }
  names.sort();
  if (from === 'end') names.reverse();
  for (const name of names) {
    if (stage === 'features') yield* batches(folder, name, options);
    else yield await scores(folder, name, options);
  }
}

function* batches(
  folder: string,
  name: string,
  { from, mostEvents }: DirectoryTapOptions,
): Generator<FileView, void> {
  const reader = new BatchFileReader(join(folder, name), featureSchema);
  try {
    const numbers = Array.from({ length: reader.batches }, (_, number) => number);
    if (from === 'end') numbers.reverse();
    for (const number of numbers) {
      const batch = reader.batch(number);
      const { file, firstEntry, entries, facts = {} } = batch.source;
      yield {
        file: name,
        batch: number,
        rows: batch.rows,
        facts: new Map([
          ['file', file],
          ['first', String(firstEntry)],
          ['entries', String(entries)],
          ...Object.entries(facts),
          ...Object.entries(batch.schema.metadata),
        ]),
        events: eventsOfBatch(batch, mostEvents),
      };
    }
  } finally {
    reader.close();
  }
}

async function scores(folder: string, name: string, { mostEvents }: DirectoryTapOptions): Promise<FileView> {
  const path = join(folder, name);
  const table = await readParquetColumns(path, await parquetColumnNames(path));
  return {
    file: name,
    batch: undefined,
    rows: table.rows,
    facts: new Map(Object.entries(table.metadata)),
    events: eventsOfTable(table, mostEvents),
  };
}
