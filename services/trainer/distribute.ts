import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { type Batch, columnOf } from '../../lib/columnar/arrow/batch.js';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { type SampleWeights, sumSampleWeights } from '../../lib/learning/sample-weights.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { split } from '../../lib/physics/identity.js';
import { bucketsFor, type MegasetPlan, MegasetWriter, readMegasetPlan } from './megaset-store.js';
import type { TrainingRows } from './segment.js';

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
  const validationShare = Math.min(1, options.validationEvents / Math.max(1, sum(sources, split.validation)));
  const writer = new MegasetWriter({
    folder: options.megasetFolder,
    megasets: options.megasets + 1,
    buckets: bucketsFor(training, options.megasets, options.bucketEvents),
  });
  // Which file is first must not depend on names that a user chose: fingerprints decide ties of the order.
  const order = [...new Set(sources.map(({ fingerprint }) => fingerprint))].sort();
  for (const source of sources) {
    const reader = new BatchFileReader(join(options.featureFolder, `${source.name}.arrow`), featureSchema);
    try {
      for (let number = 0; number < reader.batches; number += 1) {
        const batch = reader.batch(number);
        addBatch(writer, batch, order.indexOf(source.fingerprint), options.megasets, validationShare);
        options.onRows(batch.rows);
        // Lets signals and progress through between batches.
        await new Promise<void>((resolve) => setImmediate(resolve));
        options.signal.throwIfAborted();
      }
    } finally {
      reader.close();
    }
  }
  return writer.finish(options.sampleWeights, (weights) => sumSampleWeights(weights, options.sampleWeights));
}

function sum(sources: readonly TrainingSource[], code: number): number {
  return sources.reduce((total, { rowsBySplit }) => total + (rowsBySplit[code] ?? 0), 0);
}

function addBatch(
  writer: MegasetWriter,
  batch: Batch,
  source: number,
  megasets: number,
  validationShare: number,
): void {
  const splits = flat(batch, 'split') as Uint8Array;
  const hashHigh = flat(batch, 'hash_high') as Uint32Array;
  const set = flat(batch, 'megaset') as Int16Array;
  const kept: number[] = [];
  for (let row = 0; row < batch.rows; row += 1) {
    const isTraining = splits[row] === split.train;
    const isValidation = splits[row] === split.validation && hashHigh[row]! < validationShare * 0x100000000;
    if (isTraining || isValidation) kept.push(row);
  }
  const rows = Int32Array.from(kept);
  const megaset = Int16Array.from(rows, (row) => (splits[row] === split.train ? set[row]! : megasets));
  writer.add(pickRows(batch, fromFeatureBatch(batch).features, rows, source), megaset);
}

function pickRows(batch: Batch, features: FeatureRows, rows: Int32Array, source: number): TrainingRows {
  const { maskWords, columns } = features;
  const offsets = new Int32Array(rows.length + 1);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]!;
    offsets[index + 1] = offsets[index]! + features.offsets[row + 1]! - features.offsets[row]!;
  }
  const masks = new Uint32Array(rows.length * maskWords);
  const values = new Float32Array(offsets[rows.length]!);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]!;
    for (let word = 0; word < maskWords; word += 1)
      masks[index * maskWords + word] = features.masks[row * maskWords + word]!;
    values.set(features.values.subarray(features.offsets[row]!, features.offsets[row + 1]!), offsets[index]!);
  }
  const weight = flat(batch, 'weight') as Float64Array;
  const high = flat(batch, 'hash_high') as Uint32Array;
  const low = flat(batch, 'hash_low') as Uint32Array;
  const entry = flat(batch, 'entry') as BigInt64Array;
  return {
    rows: rows.length,
    columns,
    maskWords,
    hashHigh: Uint32Array.from(rows, (row) => high[row]!),
    hashLow: Uint32Array.from(rows, (row) => low[row]!),
    source: new Int32Array(rows.length).fill(source),
    entry: Float64Array.from(rows, (row) => Number(entry[row]!)),
    weight: Float64Array.from(rows, (row) => weight[row]!),
    masks,
    offsets,
    values,
  };
}

function flat(batch: Batch, name: string) {
  return columnOf(batch, name, 'flat').data;
}
