import { setImmediate } from 'node:timers/promises';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { type PatternRows, PatternTable } from '../../lib/physics/patterns.js';
import { type ComparedRows, type ComparedSamples, RowPicker } from './compared-rows.js';

export interface FeatureFiles {
  /** Paths of feature files, in the fixed order: sums are bit-equal only in one order. */
  readonly files: readonly string[];
  readonly layout: Pick<FeatureLayout, 'id' | 'columns' | 'maskWords' | 'names' | 'kinds'>;
  readonly samples: ComparedSamples;
  readonly signal: AbortSignal;
}

/** A batch's rows that count, with their features. */
export interface PickedBatch {
  readonly picked: ComparedRows;
  readonly rows: PatternRows;
}

/** Batches of which rows count, one of `step`, in their order. */
export async function* pickedBatches(
  { files, layout, samples, signal }: FeatureFiles,
  step: number,
): AsyncGenerator<PickedBatch> {
  const patterns = new PatternTable(layout.columns, layout.maskWords);
  const picker = new RowPicker(samples);
  let seen = 0;
  for (const path of files) {
    const reader = new BatchFileReader(path, featureSchema);
    try {
      for (let number = 0; number < reader.batches; number++) {
        if (seen++ % step !== 0) continue;
        const batch = reader.batch(number);
        const picked = picker.pick(batch);
        if (picked !== undefined) {
          yield { picked, rows: patterns.rows(fromFeatureBatch(batch, layout.id).features) };
        }
      }
    } finally {
      reader.close();
    }
    await setImmediate();
    signal.throwIfAborted();
  }
}
