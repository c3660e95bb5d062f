import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { BatchFileWriter } from '../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import type { Moments } from '../../lib/learning/moments.js';
import { batchSource } from '../featurizer/batch-source.js';
import { type BlockRecord, mergeRecords } from '../featurizer/block-record.js';
import { toBatchColumns } from '../featurizer/row-columns.js';
import type { RowTable } from '../featurizer/row-table.js';
import { packMoments } from '../scaler/block-moments.js';
import { MomentsOperator } from '../scaler/operator.js';
import type { EventPass } from './event-pass.js';
import type { FileRange } from './file-context.js';
import type { RunLayout } from './layout.js';
import { passBatches } from './pass-batches.js';
import type { RangeRecord } from './records.js';
import type { FeatureTask, ProgressStep } from './tasks.js';

/**
 * Does one range: features, moments and dead letters as files, and last the record that says so.
 * @param table empty, with room for the range
 */
export function runFeatureTask(
  task: FeatureTask,
  pass: EventPass,
  table: RowTable,
  layout: RunLayout,
  scalerWeights: 'none' | 'abs',
  step: (step: ProgressStep) => void,
): RangeRecord {
  const { range, basis } = task;
  const scaling = new MomentsOperator(pass.layout, scalerWeights);
  const records: BlockRecord[] = [];
  const moments: Moments[] = [];
  const dead: string[] = [];
  const { seconds, bytesRead: bytesBefore } = pass;
  seconds.restart();
  const featurePath = join(layout.features, `${range.name}.arrow`);
  const writer = new BatchFileWriter(featurePath);
  try {
    const end = range.first + range.count;
    for (let first = range.first; first < end; first += blockEntries) {
      const entries = Math.min(blockEntries, end - first);
      const from = table.rows;
      const block = pass.block(first, entries, table);
      const rows = table.slice(from, table.rows);
      writer.write(
        toFeatureBatch({
          layout: pass.layout.id,
          source: batchSource(block.source),
          features: block.features,
          columns: toBatchColumns(rows),
        }),
      );
      seconds.lap('featurizer');
      const found = scaling.process(block.features, rows, block.source);
      if (found !== undefined) moments.push(found);
      seconds.lap('scaler_moments');
      records.push(block.record);
      dead.push(...block.deadLetters);
      step({ events: entries });
    }
    writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
  seconds.lap('featurizer');
  const packed = packMoments(moments);
  writeFileAtomic(join(layout.moments, `${range.name}.bin`), packed);
  seconds.lap('scaler_moments');
  writeDeadLetters(join(layout.deadLetters, `${range.name}.jsonl`), dead);
  const record = rangeRecord(range, basis, records);
  new RecordStore<RangeRecord>(layout.ranges).write(range.name, record);
  const bytes = {
    read: pass.bytesRead - bytesBefore,
    features: statSync(featurePath).size,
    moments: packed.length,
  };
  step({ events: 0, batches: passBatches(record, seconds, bytes) });
  return record;
}

/** @param blocks those of the range, in their order */
export function rangeRecord(range: FileRange, basis: string, blocks: readonly BlockRecord[]): RangeRecord {
  const { file } = range;
  return {
    name: range.name,
    sample: file.sample,
    kind: file.kind,
    file: file.name,
    fingerprint: file.fingerprint,
    first: range.first,
    entries: range.count,
    basis,
    ...mergeRecords(blocks),
  };
}

/** A range without dead letters has no file; one that an earlier attempt left is removed. */
export function writeDeadLetters(path: string, lines: readonly string[]): void {
  if (lines.length === 0) rmSync(path, { force: true });
  else writeFileAtomic(path, `${lines.join('\n')}\n`);
}
