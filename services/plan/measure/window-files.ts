import { join } from 'node:path';
import { prepareAll } from '../../../lib/base/prepared.js';
import type { Batch } from '../../../lib/columnar/arrow/batch.js';
import { BatchFileWriter } from '../../../lib/columnar/arrow/batch-file.js';
import { toFeatureBatch } from '../../../lib/columnar/arrow/feature-batch.js';
import { createScoreColumns } from '../../../lib/learning/score-plan.js';
import { batchSource } from '../../featurizer/batch-source.js';
import { ownRowColumns, toBatchColumns } from '../../featurizer/row-columns.js';
import type { BlockScorer } from '../../scorer/operator.js';
import { type ScoreFiles, ScoreWindow } from '../../scorer/score-window.js';
import { decodeFeatures, type RowExpectation } from '../../wire/features.js';
import type { IncomingMessage } from '../../wire/message.js';
import { decodeScaled } from '../../wire/scaled.js';

/** A sink: takes messages and writes a file of them when its window is full. */
export interface MeasuredSink {
  /** Returns the rows of the message. */
  add(message: IncomingMessage): Promise<number>;
  /** Writes what it holds; returns the bytes of the file, which is then given up: only its making is of interest. */
  write(): number;
}

/** Scores scaled rows and writes them as the scorer does. */
export function measuredScores(
  scorer: BlockScorer,
  expected: RowExpectation,
  files: ScoreFiles,
): MeasuredSink {
  const empty = () => new ScoreWindow('measured', scorer.modelVersion, scorer.scalerVersion);
  let window = empty();
  return {
    async add(message) {
      const { source, record, columns, scaled } = decodeScaled(message, expected);
      const scores = createScoreColumns(files.plan, record.rows);
      await scorer.scoreScaled(scaled, scores, 0);
      window.add({ source, record, columns: ownRowColumns(columns, record.rows), scores });
      return record.rows;
    },
    write() {
      const prepared = prepareAll(window.prepare(files));
      window = empty();
      for (const file of prepared) file.abort();
      // The list of blocks comes first, and stays beside the work of the run.
      return prepared.at(-1)!.position;
    },
  };
}

/** Writes feature files as the scorer does beside it. */
export function measuredFeatures(folder: string, expected: RowExpectation): MeasuredSink {
  let batches: Batch[] = [];
  return {
    async add(message) {
      const { source, layout, features, columns } = decodeFeatures(message, expected);
      const content = { layout, source: batchSource(source), features, columns: toBatchColumns(columns) };
      batches.push(toFeatureBatch(content));
      return features.rows;
    },
    write() {
      const writer = new BatchFileWriter(join(folder, 'measured.arrow'));
      try {
        for (const batch of batches) writer.write(batch);
        return writer.prepare().position;
      } finally {
        batches = [];
        writer.abort();
      }
    },
  };
}
