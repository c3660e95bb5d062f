import type { Clock } from '../../lib/base/clock.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { type Config, type Profile, resultConfig } from '../../lib/config/index.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Model } from '../../lib/learning/model.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import type { EpochResult } from '../../lib/learning/train-megaset.js';
import { usualErrorFloor } from '../../lib/learning/usual-errors.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { backendChoice, clipOf, lossOf, networkOf, trainingWarnings } from './config.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';
import { type ScheduleOptions, type Trained, train } from './train.js';
import type { TrainingRecord } from './training-record.js';

/** Who hears how training goes. */
export interface TrainingEars {
  /** Rows that all epochs will see. */
  readonly onStart?: (rows: number) => void;
  readonly onStep: (rows: number) => void;
  readonly onEpoch: (epoch: EpochResult) => void;
  /** What a person should know. */
  readonly onNote: (text: string) => void;
}

export interface TrainModelOptions {
  readonly config: Config;
  readonly profile: Profile;
  readonly configurationHash: string;
  readonly featureLayout: FeatureLayout;
  readonly megasetFolder: string;
  readonly checkpointFolder: string;
  /** Number of the generation in a run without end. */
  readonly generation?: number;
  readonly hear: TrainingEars;
  /** Says when a checkpoint is due. */
  readonly clock: Pick<Clock, 'steadyMs'>;
  /** Writes a checkpoint; where the disk may be waited for, again and again. By default once. */
  readonly save?: (write: () => void) => Promise<void>;
  readonly signal: AbortSignal;
}

/** The model of a run, trained on the megasets of `plan` from the last checkpoint on. */
export async function trainModel(
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainModelOptions,
): Promise<Model> {
  const trained = await trainNow(scaler, plan, options);
  const usualFloor =
    options.config.scores.find(({ type }) => type === 'error_normalised')?.floor_fraction ?? usualErrorFloor;
  return { ...trained.parts, usualFloor, scaler, record: recordOf(trained, plan, options) };
}

async function trainNow(
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainModelOptions,
): Promise<Trained & { backend: Backend }> {
  const { config, hear, signal, megasetFolder, checkpointFolder } = options;
  const { training, learning } = config;
  const found = await findBackend(backendChoice(config), backendCandidates(learning.threads));
  for (const trial of found.trials) {
    if (trial.reason !== undefined)
      hear.onNote(`learning backend ${trial.name} was not taken: ${trial.reason}`);
  }
  for (const warning of trainingWarnings(config)) hear.onNote(warning);
  const rowsOfMegasets = rowsByMegaset(plan).slice(0, training.megasets);
  const total = rowsOfMegasets.reduce((sum, rows) => sum + rows, 0) * training.epochs * training.passes;
  hear.onStart?.(total);
  const trained = await train(found.backend, {
    network: networkOf(config),
    scaler,
    plan,
    megasetFolder,
    checkpointFolder,
    maskWords: options.featureLayout.maskWords,
    configurationHash: options.configurationHash,
    seed: training.seed,
    epochs: training.epochs,
    passes: training.passes,
    batch: training.batch_events,
    threads: learning.threads,
    learningRate: training.learning_rate,
    loss: lossOf(config, options.featureLayout.names, scaler.trained),
    clip: clipOf(config),
    schedule: scheduleOf(training.schedule),
    keep: training.keep,
    checkpointMinutes: training.checkpoint_minutes,
    clock: options.clock,
    earlyStopping: {
      patience: training.early_stopping.patience_epochs,
      minDelta: training.early_stopping.min_delta,
    },
    usualErrorEvents: training.usual_error_events,
    ...(options.generation === undefined ? {} : { generation: options.generation }),
    signal,
    ...(options.save === undefined ? {} : { save: options.save }),
    ...hear,
  });
  return { ...trained, backend: { name: found.backend.name, version: found.backend.version } };
}

type Backend = TrainingRecord['backend'];

function rowsByMegaset(plan: MegasetPlan): number[] {
  return plan.rows.map((_, megaset) => rowsOf(plan, megaset));
}

function scheduleOf(schedule: Config['training']['schedule']): ScheduleOptions {
  const { type, minimum_rate: minimum } = schedule;
  if (type === 'constant') return { type };
  if (type === 'cosine') return { type, warmup: schedule.warmup_steps, minimum };
  const { factor, patience_epochs: patience, min_delta: minDelta, cooldown_epochs: cooldown } = schedule;
  return { type, factor, patience, minDelta, cooldown, minimum };
}

function recordOf(trained: Trained & { backend: Backend }, plan: MegasetPlan, options: TrainModelOptions) {
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
      ...(trained.best === undefined ? {} : { best: trained.best }),
      ...(trained.kept === undefined ? {} : { kept: trained.kept }),
    },
  };
  return record as unknown as Record<string, unknown>;
}
