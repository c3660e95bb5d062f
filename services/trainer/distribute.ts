import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import type { SampleWeights } from '../../lib/learning/sample-weights.js';
import { split } from '../../lib/physics/identity.js';
import { fromBatchColumns } from '../featurizer/row-columns.js';
import { bucketsFor, type MegasetPlan, MegasetWriter, readMegasetPlan } from './megaset-store.js';
import { trainingPart, validationShareOf } from './training-part.js';

/** A background range whose features are written. */
export interface TrainingSource {
  /** Name of the feature file, without its ending. */
  readonly name: string;
  readonly fingerprint: string;
  /** Rows by split code. */
  readonly rowsBySplit: readonly number[];
}

export interface DistributeOptions {
  readonly featureFolder: string;
  readonly megasetFolder: string;
  readonly megasets: number;
  readonly bucketEvents: number;
  readonly validationEvents: number;
  readonly sampleWeights: SampleWeights;
  readonly signal: AbortSignal;
  /** Hears of the rows that were looked at. */
  readonly onRows: (rows: number) => void;
}

/**
 * Distributes the training rows of all sources over megasets, and a sample of the validation rows into one
 * more behind them. What an earlier process finished is taken as it is.
 * @param sources in a fixed order
 * @throws no_training_events
 */
export async function distribute(
  sources: readonly TrainingSource[],
  options: DistributeOptions,
): Promise<MegasetPlan> {
  const known = readMegasetPlan(options.megasetFolder);
  if (known !== undefined) return known;
  const training = sum(sources, split.train);
  if (training === 0) {
    throw new RmmError(
      'no_training_events',
      'no background event was selected for training; cutflow.json shows which cut took them',
    );
  }
  const validationShare = validationShareOf(sum(sources, split.validation), options.validationEvents);
  const dealing = { megasets: options.megasets, validationShare };
  const writer = new MegasetWriter({
    folder: options.megasetFolder,
    megasets: options.megasets + 1,
    buckets: bucketsFor(training, options.megasets, options.bucketEvents),
  });
  const order = sourceOrder(sources.map(({ fingerprint }) => fingerprint));
  for (const source of sources) {
    const reader = new BatchFileReader(join(options.featureFolder, `${source.name}.arrow`), featureSchema);
    try {
      for (let number = 0; number < reader.batches; number += 1) {
        const batch = reader.batch(number);
        const { features } = fromFeatureBatch(batch);
        const place = order.indexOf(source.fingerprint);
        const { rows, megaset } = trainingPart(features, fromBatchColumns(batch), place, dealing);
        writer.add(rows, megaset);
        options.onRows(batch.rows);
        // Lets signals and progress through between batches.
        await new Promise<void>((resolve) => setImmediate(resolve));
        options.signal.throwIfAborted();
      }
    } finally {
      reader.close();
    }
  }
  return writer.finish(options.sampleWeights);
}

/**
 * Fingerprints of the background files as a megaset orders them. Which file is first must not depend on names
 * that a user chose: fingerprints decide ties of the order.
 */
export function sourceOrder(fingerprints: Iterable<string>): string[] {
  return [...new Set(fingerprints)].sort();
}

function sum(sources: readonly TrainingSource[], code: number): number {
  return sources.reduce((total, { rowsBySplit }) => total + (rowsBySplit[code] ?? 0), 0);
}
