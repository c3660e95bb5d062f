import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { planRanges } from '../../lib/flow/ranges.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import type { WorkerPool } from '../../lib/flow/worker-pool.js';
import type { FileContext, FileRange } from './file-context.js';
import { inOrder } from './fixed-order.js';
import { type RunLayout, rangeName } from './layout.js';
import type { RangeRecord } from './records.js';
import type { Surroundings } from './request.js';
import { runPhase } from './run-phase.js';
import type { FeatureTask } from './tasks.js';

/** Every range of every file, in the order in which work is given out: file by file. */
export function rangesOf(files: readonly FileContext[], rangeEntries: number): FileRange[] {
  const entries = files.map((file) => file.entries);
  return planRanges(entries, rangeEntries).map(({ source, first, count }) => {
    const file = files[source]!;
    return { name: rangeName(file.sample, file.fingerprint, first), file, first, count };
  });
}

/** What a range's result depends on beside its file and the configuration: normalisation and weight limit. */
export function basisOf(file: FileContext, count: number): string {
  const basis = [count, file.kind, file.medianWeight, [...file.sumOfWeights]];
  return createHash('sha256').update(JSON.stringify(basis)).digest('hex').slice(0, 16);
}

/** What a range must have left beside its record. */
function filesOf({ name, file }: FileRange, layout: RunLayout): string[] {
  const features = join(layout.features, `${name}.arrow`);
  return file.kind === 'background' ? [features, join(layout.moments, `${name}.bin`)] : [features];
}

/** The share of its file. */
function bytesOf({ file, count }: FileRange): number {
  return (file.metadata.size * count) / Math.max(1, file.entries);
}

/** Features of every range that has none yet; the records of all ranges, in the fixed order. */
export async function makeFeatures(
  ranges: readonly FileRange[],
  pool: WorkerPool,
  layout: RunLayout,
  surroundings: Surroundings,
): Promise<RangeRecord[]> {
  const known = new RecordStore<RangeRecord>(layout.ranges).readAll();
  const done: RangeRecord[] = [];
  const tasks: FeatureTask[] = [];
  for (const range of ranges) {
    const basis = basisOf(range.file, range.count);
    const record = known.get(range.name);
    if (record?.basis === basis && filesOf(range, layout).every((path) => existsSync(path)))
      done.push(record);
    else tasks.push({ kind: 'features', range, basis });
  }
  const total = ranges.reduce((sum, { count }) => sum + count, 0);
  const already = done.reduce((sum, { entries }) => sum + entries, 0);
  await runPhase<FeatureTask, RangeRecord>(pool, tasks, {
    ...surroundings,
    phase: 'features',
    events: { done: already, total },
    line: { stage: 'ingest', finished: done.length, bytesOf: ({ range }) => bytesOf(range) },
    onResult: (record) => done.push(record),
  });
  return inOrder(done);
}
