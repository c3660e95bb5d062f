import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { BatchFileWriter } from '../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import type { Moments } from '../../lib/learning/moments.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { CutFlow } from '../../lib/physics/selection/index.js';
import type { RowTable } from '../featurizer/row-table.js';
import { blockMoments, packMoments } from '../scaler/block-moments.js';
import type { EventPass } from './event-pass.js';
import type { RunLayout } from './layout.js';
import type { FlowRecord, RangeRecord } from './records.js';
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
  const { file } = range;
  const patterns = new PatternTable(pass.layout.columns, pass.layout.maskWords);
  const flow = new CutFlow();
  const moments: Moments[] = [];
  const dead: string[] = [];
  let unclassifiedJets = 0;
  let surplusObjects = 0;
  const writer = new BatchFileWriter(join(layout.features, `${range.name}.arrow`));
  try {
    const end = range.first + range.count;
    for (let first = range.first; first < end; first += blockEntries) {
      const entries = Math.min(blockEntries, end - first);
      const from = table.rows;
      const block = pass.block(first, entries, table, flow);
      writer.write(
        toFeatureBatch({
          layout: pass.layout.id,
          source: { file: file.name, firstEntry: first, entries },
          features: block.features,
          columns: table.batchColumns(from, table.rows),
        }),
      );
      if (file.kind === 'background') {
        const { split, weight } = table.columns;
        const [splits, weights] = [split.subarray(from, table.rows), weight.subarray(from, table.rows)];
        const found = blockMoments(patterns.rows(block.features), splits, weights, scalerWeights);
        if (found !== undefined) moments.push(found);
      }
      dead.push(...block.deadLetters);
      unclassifiedJets += block.unclassifiedJets;
      surplusObjects += block.surplusObjects;
      step({ events: entries });
    }
    writer.finish();
  } catch (error) {
    writer.abort();
    throw error;
  }
  writeFileAtomic(join(layout.moments, `${range.name}.bin`), packMoments(moments));
  writeDeadLetters(join(layout.deadLetters, `${range.name}.jsonl`), dead);
  const record: RangeRecord = {
    name: range.name,
    sample: file.sample,
    kind: file.kind,
    file: file.name,
    fingerprint: file.fingerprint,
    first: range.first,
    entries: range.count,
    basis,
    rows: table.rows,
    rowsBySplit: countSplits(table),
    flow: flowRecord(flow),
    unclassifiedJets,
    surplusObjects,
  };
  new RecordStore<RangeRecord>(layout.ranges).write(range.name, record);
  return record;
}

/** A range without dead letters has no file; one that an earlier attempt left is removed. */
export function writeDeadLetters(path: string, lines: readonly string[]): void {
  if (lines.length === 0) rmSync(path, { force: true });
  else writeFileAtomic(path, `${lines.join('\n')}\n`);
}

function countSplits(table: RowTable): number[] {
  const counts = [0, 0, 0, 0];
  for (let row = 0; row < table.rows; row += 1) counts[table.columns.split[row]!]! += 1;
  return counts;
}

export function flowRecord(flow: CutFlow): FlowRecord {
  return { raw: [...flow.raw], weightHigh: [...flow.weightHigh], weightLow: [...flow.weightLow] };
}

export function flowFromRecord(record: FlowRecord): CutFlow {
  const flow = new CutFlow();
  flow.raw.set(record.raw);
  flow.weightHigh.set(record.weightHigh);
  flow.weightLow.set(record.weightLow);
  return flow;
}
