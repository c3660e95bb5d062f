import { statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lib/base/clock.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { writeParquetFile } from '../../lib/columnar/parquet/file-writer.js';
import type { Config } from '../../lib/config/index.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { createScoreColumns, type ScoreColumns, type ScorePlan } from '../../lib/learning/score-plan.js';
import type { BlockRecord } from '../featurizer/block-record.js';
import { RowTable } from '../featurizer/row-table.js';
import type { BlockScorer } from '../scorer/operator.js';
import { type ScoreConstants, scoreTable } from '../scorer/score-table.js';
import type { EventPass } from './event-pass.js';
import { rangeRecord, writeDeadLetters } from './feature-task.js';
import type { RunLayout } from './layout.js';
import type { RangeRecord, ScoredRecord } from './records.js';
import type { DirectScoreTask, ProgressStep, ScoreTask } from './tasks.js';

/** What a worker uses again for every range: memory that is asked for anew each time piles up. */
export class ScoreScratch {
  table = new RowTable(0);
  scores: ScoreColumns;

  constructor(readonly plan: ScorePlan) {
    this.scores = createScoreColumns(plan, 0);
  }

  /** Empty, with room for `rows`. */
  reserve(rows: number): this {
    if (this.table.capacity < rows) {
      this.table = new RowTable(rows);
      this.scores = createScoreColumns(this.plan, rows);
    }
    this.table.clear();
    return this;
  }
}

/** Scores a feature file, block by block, into a score file; the record comes last. */
export async function runScoreTask(
  task: ScoreTask,
  scratch: ScoreScratch,
  scorer: BlockScorer,
  layout: RunLayout,
  config: Config,
  step: (step: ProgressStep) => void,
): Promise<ScoredRecord> {
  const { range } = task;
  const startedMs = systemClock.steadyMs();
  const featurePath = join(layout.features, `${range.name}.arrow`);
  const reader = new BatchFileReader(featurePath, featureSchema);
  let table: RowTable;
  let scores: ScoreColumns;
  try {
    ({ table, scores } = scratch.reserve(reader.rows));
    for (let number = 0; number < reader.batches; number += 1) {
      const batch = reader.batch(number);
      const at = table.append(batch);
      const { mll } = table.slice(at, table.rows);
      await scorer.score(fromFeatureBatch(batch).features, mll, scores, at);
      step({ events: batch.rows });
    }
  } finally {
    reader.close();
  }
  const path = writeScores(layout, range.name, scratch, { ...range, ...versions(scorer) }, config);
  const record: ScoredRecord = { name: range.name, model: task.model, rows: table.rows };
  new RecordStore<ScoredRecord>(layout.scored).write(range.name, record);
  const report = {
    eventsIn: table.rows,
    bytesIn: statSync(featurePath).size,
    eventsOut: table.rows,
    bytesOut: statSync(path).size,
    seconds: (systemClock.steadyMs() - startedMs) / 1000,
  };
  step({ events: 0, batches: [{ stage: 'scorer', report }] });
  return record;
}

/** Files to scores in one go: reads, selects, featurizes and scores a range and keeps nothing in between. */
export async function runDirectScoreTask(
  task: DirectScoreTask,
  pass: EventPass,
  scratch: ScoreScratch,
  scorer: BlockScorer,
  layout: RunLayout,
  config: Config,
  step: (step: ProgressStep) => void,
): Promise<RangeRecord> {
  const { range } = task;
  const { file } = range;
  const { table, scores } = scratch.reserve(range.count);
  const records: BlockRecord[] = [];
  const dead: string[] = [];
  const end = range.first + range.count;
  for (let first = range.first; first < end; first += blockEntries) {
    const entries = Math.min(blockEntries, end - first);
    const at = table.rows;
    const block = pass.block(first, entries, table);
    await scorer.score(block.features, table.slice(at, table.rows).mll, scores, at);
    records.push(block.record);
    dead.push(...block.deadLetters);
    step({ events: entries });
  }
  const constants = { sample: file.sample, kind: file.kind, file: file.name, ...versions(scorer) };
  writeScores(layout, range.name, scratch, constants, config);
  writeDeadLetters(join(layout.deadLetters, `${range.name}.jsonl`), dead);
  const record = rangeRecord(range, scorer.modelVersion, records);
  new RecordStore<RangeRecord>(layout.ranges).write(range.name, record);
  return record;
}

function versions(scorer: BlockScorer): Pick<ScoreConstants, 'modelVersion' | 'scalerVersion'> {
  return { modelVersion: scorer.modelVersion, scalerVersion: scorer.scalerVersion };
}

/** Returns where they are. */
function writeScores(
  layout: RunLayout,
  name: string,
  { table, scores, plan }: ScoreScratch,
  constants: ScoreConstants,
  config: Config,
): string {
  const parts = [{ ...constants, rows: table.rows }];
  const path = join(layout.scores, `${name}.parquet`);
  writeParquetFile(path, scoreTable(table, scores, parts, plan), {
    rowGroupRows: config.output.row_group_events,
    codec: config.output.codec,
  });
  return path;
}
