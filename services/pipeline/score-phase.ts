import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SampleKind } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import type { WorkerPool } from '../../lib/flow/worker-pool.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import type { RunLayout } from './layout.js';
import type { RangeRecord, ScoredRecord } from './records.js';
import type { Surroundings } from './request.js';
import { runPhase } from './run-phase.js';
import type { ScoreTask } from './tasks.js';

/** Scores every range that this model has not scored yet; returns the number of rows. */
export async function scoreRanges(
  records: readonly RangeRecord[],
  loaded: LoadedModel,
  pool: WorkerPool,
  layout: RunLayout,
  surroundings: Surroundings,
): Promise<number> {
  const { watch } = surroundings;
  const known = new RecordStore<ScoredRecord>(layout.scored).readAll();
  const pathOf = (name: string) => join(layout.scores, `${name}.parquet`);
  const done = records.filter(({ name }) => known.get(name)?.model === loaded.id && existsSync(pathOf(name)));
  const isDone = new Set(done);
  const left = records.filter((record) => !isDone.has(record));
  const tell = ({ name, sample, kind, rows }: RangeRecord, earlier: boolean) =>
    watch?.scored?.({ name, sample, kind: kind as SampleKind, rows, path: pathOf(name), earlier });
  for (const record of done) tell(record, true);
  const ofTask = new Map<ScoreTask, RangeRecord>();
  for (const record of left) {
    const { name, entries, sample, kind, file } = record;
    const range = { name, count: entries, sample, kind, file };
    ofTask.set({ kind: 'score', range, model: loaded.id }, record);
  }
  const rowsOf = (list: readonly RangeRecord[]) => list.reduce((sum, { rows }) => sum + rows, 0);
  const total = rowsOf(records);
  await runPhase<ScoreTask, ScoredRecord>(pool, [...ofTask.keys()], {
    ...surroundings,
    phase: 'score',
    events: { done: rowsOf(done), total },
    line: {
      stage: 'scorer',
      finished: done.length,
      bytesOf: ({ range }) => sizeOf(join(layout.features, `${range.name}.arrow`)),
    },
    onResult: (_, task) => tell(ofTask.get(task)!, false),
  });
  return total;
}

/** Of a file that is to be read: whoever reads it says what is wrong with it. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
