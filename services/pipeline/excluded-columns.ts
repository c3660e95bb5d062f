import { join } from 'node:path';
import type { Config } from '../../lib/config/index.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { countFeatures } from '../agreement/feature-counts.js';
import { judgeVariables } from '../agreement/judge.js';
import type { DataSource } from '../agreement/variable-counts.js';
import { type ExcludedColumn, listedColumns } from '../scaler/excluded-columns.js';
import type { RunLayout } from './layout.js';
import type { RangeRecord } from './records.js';
import type { RunRequest } from './request.js';

/**
 * The columns that `features.exclude` and `features.exclude_columns` leave out of training, in the order of the
 * columns. With `auto` the shape of every column in all data together is compared with that of all background rows,
 * whichever part of the split they are in: nothing is learned from them here but whether simulation is right. Files
 * are read in the order of `records`, so that the answer is the same each time.
 */
export async function excludedColumns(
  records: readonly RangeRecord[],
  layout: FeatureLayout,
  { features: folder }: RunLayout,
  { loaded: { config }, signal, progress }: Pick<RunRequest, 'loaded' | 'signal' | 'progress'>,
): Promise<ExcludedColumn[]> {
  const listed = listedColumns(config, layout.names);
  if (config.features.exclude !== 'auto') return listed;
  const compared = records.filter(({ kind, rows }) => kind !== 'signal' && rows > 0);
  const counts = await countFeatures({
    files: compared.map(({ name }) => join(folder, `${name}.arrow`)),
    layout,
    samples: {
      simulated: samplesOf(config, 'background').map(({ name }) => name),
      sources: samplesOf(config, 'data').map(({ name }): DataSource => ({ sample: name, run: undefined })),
      parts: 'all',
      scale: 1,
    },
    signal,
  });
  const known = new Set(listed.map(({ column }) => column));
  // What is left out already is no test more.
  const judged = judgeVariables(
    counts.filter(({ name }) => !known.has(name)),
    config.features.exclude_p_min,
  );
  const disagreeing = judged
    .filter(({ agrees }) => !agrees)
    .map(
      ({ variable, adjustedP }): ExcludedColumn => ({
        column: variable.name,
        reason: 'disagrees',
        p: adjustedP!,
      }),
    );
  if (disagreeing.length > 0) {
    const names = disagreeing.map(({ column }) => column).join(', ');
    progress.note(`left out of training, since data and simulation disagree (features.exclude): ${names}`);
  }
  const place = new Map(layout.names.map((name, column) => [name, column]));
  return [...listed, ...disagreeing].sort((a, b) => place.get(a.column)! - place.get(b.column)!);
}

function samplesOf({ input }: Config, kind: 'background' | 'data') {
  return input.samples.filter((sample) => sample.kind === kind);
}
