import { readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { canonicalJson, type JsonObject } from '../../lib/config/index.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { scalerFromJson, scalerToJson } from '../../lib/learning/scaler-json.js';
import { distribute, type TrainingSource } from '../trainer/distribute.js';
import { type MegasetPlan, readMegasetPlan, rowsOf } from '../trainer/megaset-store.js';
import type { TuneLayout } from './layout.js';
import { readJson } from './read-json.js';
import type { TuneRequest } from './request.js';

/** Rows on which all configurations are trained and compared; plain data, so that workers can be told of it. */
export interface Sample {
  /** Of everything that the rows and their order follow from. */
  readonly fingerprint: string;
  readonly scaler: Scaler;
  readonly plan: MegasetPlan;
  readonly folder: string;
  readonly maskWords: number;
}

/** Features of the background, wherever they lie. */
export interface SampleSource {
  readonly sources: readonly TrainingSource[];
  readonly featureFolder: string;
  readonly scaler: Scaler;
}

interface SampleFile {
  readonly fingerprint: string;
  readonly identity: JsonObject;
}

/** The sample that an earlier process made, if it is this one and whole; else it is made again. */
export function knownSample(layout: TuneLayout, fingerprint: string, maskWords: number): Sample | undefined {
  try {
    if (readJson<SampleFile>(layout.sample)?.fingerprint !== fingerprint) return undefined;
    const plan = readMegasetPlan(layout.rows);
    if (plan === undefined) return undefined;
    const scaler = scalerFromJson(readFileSync(layout.scaler, 'utf8'), layout.scaler);
    return { fingerprint, scaler, plan, folder: layout.rows, maskWords };
  } catch (error) {
    if (error instanceof RmmError && ['partial_damaged', 'model_corrupt'].includes(error.code))
      return undefined;
    throw error;
  }
}

/** Draws the sample from the features: training rows by hash, and rows of the validation split only beside them. */
export async function makeSample(
  { sources, featureFolder, scaler }: SampleSource,
  layout: TuneLayout,
  { fingerprint, identity }: SampleFile,
  maskWords: number,
  { loaded, progress, signal }: TuneRequest,
): Promise<Sample> {
  const { tune, training } = loaded.config;
  for (const path of [layout.sample, layout.rows]) rmSync(path, { recursive: true, force: true });
  progress.start('sample', rowsIn(sources));
  const plan = await distribute(sources, {
    featureFolder,
    megasetFolder: layout.rows,
    megasets: 1,
    bucketEvents: training.bucket_events,
    validationEvents: tune.validation_events,
    sampleEvents: tune.sample_events,
    sampleWeights: training.sample_weights,
    signal,
    onRows: (rows) => progress.advance('sample', rows),
  });
  progress.finish('sample', 'done', `${rowsOf(plan, 0)} training, ${rowsOf(plan, 1)} validation events`);
  writeFileAtomic(layout.scaler, scalerToJson(scaler));
  writeFileAtomic(layout.sample, canonicalJson({ fingerprint, identity }));
  return { fingerprint, scaler, plan, folder: layout.rows, maskWords };
}

/** @throws tune_no_validation */
export function checkValidation({ plan }: Sample): void {
  if (rowsOf(plan, 1) > 0) return;
  throw new RmmError(
    'tune_no_validation',
    `of ${rowsOf(plan, 0)} events that were sampled for training none beside them is in the validation split, so configurations cannot be compared; give more background events, or a larger training.validation_fraction`,
  );
}

function rowsIn(sources: readonly TrainingSource[]): number {
  return sources.reduce((sum, { rowsBySplit }) => sum + rowsBySplit.reduce((a, b) => a + b, 0), 0);
}
