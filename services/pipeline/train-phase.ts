import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { type Config, type Profile, resultConfig } from '../../lib/config/index.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Moments } from '../../lib/learning/moments.js';
import { freezeScaler, type Scaler } from '../../lib/learning/scaler.js';
import type { EpochResult } from '../../lib/learning/train-megaset.js';
import { usualErrorFloor } from '../../lib/learning/usual-errors.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { momentsTree, unpackMoments } from '../scaler/block-moments.js';
import { scalerOptions } from '../scaler/config.js';
import { type LoadedModel, loadModel, saveModel } from '../scorer/model-folder.js';
import { backendChoice, networkOf } from '../trainer/config.js';
import { distribute } from '../trainer/distribute.js';
import type { MegasetPlan } from '../trainer/megaset-store.js';
import { type Trained, train } from '../trainer/train.js';
import type { RunLayout } from './layout.js';
import type { RangeRecord } from './records.js';
import type { Surroundings } from './request.js';

/** What a model folder says of how it was made; run.json repeats a part of it. */
export interface TrainingRecord {
  readonly program: string;
  readonly configuration_hash: string;
  readonly feature_layout: string;
  /** Sections of the configuration that scoring needs again. */
  readonly settings: Pick<Config, 'luminosity_fb' | 'selection' | 'features' | 'training' | 'scores'>;
  readonly configuration: unknown;
  readonly profile: Profile;
  readonly backend: { readonly name: string; readonly version: string };
  readonly training: {
    readonly rows: number;
    readonly validation_rows: number;
    readonly megasets: readonly number[];
    readonly epochs: readonly EpochResult[];
  };
}

export interface TrainPhaseOptions extends Surroundings {
  readonly config: Config;
  readonly profile: Profile;
  readonly configurationHash: string;
  readonly featureLayout: FeatureLayout;
  readonly layout: RunLayout;
}

/** Merges the moments of all background ranges, in the fixed order, and freezes the scaler. */
export function makeScaler(records: readonly RangeRecord[], options: TrainPhaseOptions): Scaler {
  const { config, layout, featureLayout } = options;
  const tree = momentsTree();
  for (const { name, kind } of records) {
    if (kind !== 'background') continue;
    const path = join(layout.moments, `${name}.bin`);
    for (const block of unpackMoments(readFileSync(path), path)) tree.push(block);
  }
  const moments: Moments | undefined = tree.result();
  if (moments === undefined) {
    throw new RmmError(
      'no_training_events',
      'no background event was selected for training; cutflow.json shows which cut took them',
    );
  }
  return freezeScaler(moments, featureLayout.kinds, scalerOptions(config));
}

/** The model of this run: the finished one, or trained now, from the last checkpoint on. */
export async function makeModel(
  records: readonly RangeRecord[],
  options: TrainPhaseOptions,
): Promise<LoadedModel> {
  const scaler = makeScaler(records, options);
  const finished = finishedModel(options, scaler);
  if (finished !== undefined) return finished;
  const { config, layout, progress, signal } = options;
  const background = records.filter(({ kind }) => kind === 'background');
  const { training } = config;
  progress.start(
    'megasets',
    background.reduce((sum, { rows }) => sum + rows, 0),
  );
  const plan = await distribute(background, {
    featureFolder: layout.features,
    megasetFolder: layout.megasets,
    megasets: training.megasets,
    bucketEvents: training.bucket_events,
    validationEvents: training.validation_events,
    sampleWeights: training.sample_weights,
    signal,
    onRows: (rows) => progress.advance('megasets', rows),
  });
  progress.finish('megasets');
  const trained = await trainNow(scaler, plan, options);
  const usualFloor =
    config.scores.find(({ type }) => type === 'error_normalised')?.floor_fraction ?? usualErrorFloor;
  saveModel(layout.model, { ...trained.parts, usualFloor, scaler, record: recordOf(trained, plan, options) });
  return loadModel(layout.model);
}

async function trainNow(
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainPhaseOptions,
): Promise<Trained & { backend: Backend }> {
  const { config, layout, progress, signal } = options;
  const { training, learning } = config;
  const found = await findBackend(backendChoice(config), backendCandidates(learning.threads));
  for (const trial of found.trials) {
    if (trial.reason !== undefined)
      progress.note(`learning backend ${trial.name} was not taken: ${trial.reason}`);
  }
  const rowsOfMegasets = rowsByMegaset(plan).slice(0, training.megasets);
  const total = rowsOfMegasets.reduce((sum, rows) => sum + rows, 0) * training.epochs * training.passes;
  progress.start('train', total);
  const trained = await train(found.backend, {
    network: networkOf(config),
    scaler,
    plan,
    megasetFolder: layout.megasets,
    checkpointFolder: layout.checkpoint,
    maskWords: options.featureLayout.maskWords,
    configurationHash: options.configurationHash,
    seed: training.seed,
    epochs: training.epochs,
    passes: training.passes,
    batch: training.batch_events,
    threads: learning.threads,
    learningRate: training.learning_rate,
    sampleWeights: training.sample_weights,
    earlyStopping: {
      patience: training.early_stopping.patience_epochs,
      minDelta: training.early_stopping.min_delta,
    },
    usualErrorEvents: training.usual_error_events,
    signal,
    onNote: (text) => progress.note(text),
    onStep: (rows) => progress.advance('train', rows),
    onEpoch: (epoch) => progress.advance('train', 0, epochNote(epoch, training.megasets)),
  });
  progress.finish('train');
  return { ...trained, backend: { name: found.backend.name, version: found.backend.version } };
}

type Backend = TrainingRecord['backend'];

function epochNote({ megaset, loss, validationLoss }: EpochResult, megasets: number): string {
  const validation = validationLoss === undefined ? '' : `, validation ${validationLoss.toPrecision(4)}`;
  return `megaset ${megaset + 1} of ${megasets}, loss ${loss.toPrecision(4)}${validation}`;
}

function rowsByMegaset(plan: MegasetPlan): number[] {
  return plan.rows.map((buckets) => buckets.reduce((sum, rows) => sum + rows, 0));
}

function recordOf(trained: Trained & { backend: Backend }, plan: MegasetPlan, options: TrainPhaseOptions) {
  const { config, profile, configurationHash, featureLayout } = options;
  const rows = rowsByMegaset(plan);
  const { luminosity_fb, selection, features, training, scores } = config;
  const record: TrainingRecord = {
    program: packageVersion,
    configuration_hash: configurationHash,
    feature_layout: featureLayout.id,
    settings: { luminosity_fb, selection, features, training, scores },
    configuration: resultConfig({ ...config, input: { ...config.input, samples: [] } }),
    profile,
    backend: trained.backend,
    training: {
      rows: rows.slice(0, -1).reduce((sum, count) => sum + count, 0),
      validation_rows: rows.at(-1) ?? 0,
      megasets: rows.slice(0, -1),
      epochs: trained.epochs,
    },
  };
  return record as unknown as Record<string, unknown>;
}

/** A model that an earlier process of the same run finished. */
function finishedModel(options: TrainPhaseOptions, scaler: Scaler): LoadedModel | undefined {
  let found: LoadedModel;
  try {
    found = loadModel(options.layout.model);
  } catch (error) {
    // Missing or half replaced at a kill: the checkpoint makes the same one again.
    if (error instanceof RmmError && ['model_missing', 'model_corrupt'].includes(error.code))
      return undefined;
    throw error;
  }
  const record = found.model.record as unknown as TrainingRecord;
  const isOurs =
    record.configuration_hash === options.configurationHash && found.model.scaler.id === scaler.id;
  return isOurs ? found : undefined;
}
