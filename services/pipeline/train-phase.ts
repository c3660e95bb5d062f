import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import type { Config, Profile } from '../../lib/config/index.js';
import type { Moments } from '../../lib/learning/moments.js';
import { freezeScaler, type Scaler } from '../../lib/learning/scaler.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { highLevelRowsOf } from '../featurizer/high-level.js';
import { momentsTree, unpackMoments } from '../scaler/block-moments.js';
import { scalerOptions } from '../scaler/config.js';
import { columnNumbers, type ExcludedColumn } from '../scaler/excluded-columns.js';
import { completeZip, type LoadedModel, loadModel, saveModel } from '../scorer/model-folder.js';
import { type DistributeOptions, distribute } from '../trainer/distribute.js';
import { scoringSampleOptions } from '../trainer/scoring-options.js';
import { ScoringCollector } from '../trainer/scoring-sample.js';
import { trainModel } from '../trainer/train-model.js';
import type { BackgroundFile, TrainingRecord } from '../trainer/training-record.js';
import type { RunLayout } from './layout.js';
import type { RangeRecord } from './records.js';
import type { Surroundings } from './request.js';
import { trainingEars } from './training-ears.js';
import type { Phase } from './watch.js';

export interface TrainPhaseOptions extends Surroundings {
  readonly config: Config;
  readonly profile: Profile;
  readonly configurationHash: string;
  readonly featureLayout: FeatureLayout;
  readonly layout: RunLayout;
  /** Columns that are left out of training. */
  readonly excluded: readonly ExcludedColumn[];
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
  const excluded = columnNumbers(options.excluded, featureLayout.names);
  return freezeScaler(moments, featureLayout.kinds, scalerOptions(config), excluded);
}

/** The model of this run: the finished one, or trained now, from the last checkpoint on. */
export async function makeModel(
  records: readonly RangeRecord[],
  options: TrainPhaseOptions,
): Promise<LoadedModel> {
  const { config, layout, progress, signal, watch } = options;
  const { wallMs = systemClock.wallMs } = options;
  const scaler = makeScaler(records, options);
  const background = records.filter(({ kind }) => kind === 'background');
  const rowsToDeal = background.reduce((sum, { rows }) => sum + rows, 0);
  const finished = finishedModel(options, scaler);
  if (finished !== undefined) {
    completeZip(layout.modelZip, finished.model);
    const trained = trainedRows(finished);
    tellEarlier('megasets', rowsToDeal, progress);
    tellEarlier('train', trained, progress);
    watch?.waiting?.('trainer', trained, trained);
    // The model's files hold the scaler.
    watch?.scaler?.({ version: scaler.id, madeMs: madeMsOf(layout) });
    watch?.model?.({ version: finished.id, madeMs: madeMsOf(layout) });
    return finished;
  }
  watch?.scaler?.({ version: scaler.id, madeMs: wallMs() });
  const { training } = config;
  progress.start('megasets', rowsToDeal);
  const plan = await distribute(background, {
    featureFolder: layout.features,
    megasetFolder: layout.megasets,
    megasets: training.megasets,
    bucketEvents: training.bucket_events,
    validationEvents: training.validation_events,
    sampleWeights: training.sample_weights,
    ...scoringOf(config),
    signal,
    onRows: (rows) => progress.advance('megasets', rows),
  });
  progress.finish('megasets');
  const hear = trainingEars(options, training);
  const { megasets: megasetFolder, checkpoint: checkpointFolder, members: memberFolder } = layout;
  const model = await trainModel(scaler, plan, {
    ...options,
    backgroundFiles: filesOf(background),
    megasetFolder,
    checkpointFolder,
    memberFolder,
    hear,
    gate: hear.gate,
    clock: { steadyMs: options.nowMs },
    save: async (write) => {
      write();
      watch?.checkpoint?.('trainer', wallMs());
    },
  });
  saveModel(layout.model, layout.modelZip, model);
  hear.onEnd();
  const loaded = loadModel(layout.model);
  watch?.model?.({ version: loaded.id, madeMs: madeMsOf(layout) });
  return loaded;
}

/** An earlier process did all of a phase. */
function tellEarlier(phase: Phase, events: number, progress: Progress): void {
  progress.start(phase, events, events);
  progress.finish(phase);
}

/** Rows of all epochs that a model was trained on. */
export function trainedRows({ model }: LoadedModel): number {
  const { training } = model.record as {
    readonly training: { readonly epochs: readonly { readonly rows: number }[] };
  };
  return training.epochs.reduce((sum, { rows }) => sum + rows, 0);
}

/** A model was made when its file was written, which may have been in an earlier process. */
function madeMsOf({ modelZip }: RunLayout): number {
  return statSync(modelZip).mtimeMs;
}

/** The files that ranges are of, with what was read of each. */
function filesOf(records: readonly RangeRecord[]): BackgroundFile[] {
  const files = new Map<string, BackgroundFile>();
  for (const { sample, fingerprint, entries } of records) {
    const key = `${sample} ${fingerprint}`;
    files.set(key, { sample, fingerprint, entries: entries + (files.get(key)?.entries ?? 0) });
  }
  return [...files.values()];
}

/** What gathers the part of scores that the network alone does not give. */
function scoringOf(config: Config): Pick<DistributeOptions, 'scoring'> {
  const options = scoringSampleOptions(config);
  if (options === undefined) return {};
  return { scoring: { collector: new ScoringCollector(options), highLevel: highLevelRowsOf(config) } };
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
