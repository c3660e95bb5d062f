import { join } from 'node:path';
import type { Clock } from '../../lib/base/clock.js';
import type { Config, Profile } from '../../lib/config/index.js';
import type { Backend } from '../../lib/learning/backend.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Model } from '../../lib/learning/model.js';
import type { EnsembleMember } from '../../lib/learning/model-scoring.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import type { EpochResult } from '../../lib/learning/train-megaset.js';
import { usualErrorFloor } from '../../lib/learning/usual-errors.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import { backendChoice, clipOf, lossOf, networkOf, trainingWarnings } from './config.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';
import { modelCard } from './model-card.js';
import { makeScoring } from './model-scoring.js';
import { type ScheduleOptions, type Trained, train } from './train.js';
import { type BackgroundFile, modelFeatures, trainingRecord } from './training-record.js';

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
  /** In any order. */
  readonly backgroundFiles: readonly BackgroundFile[];
  readonly megasetFolder: string;
  readonly checkpointFolder: string;
  /** Of the checkpoints of an ensemble's further networks. */
  readonly memberFolder: string;
  /** Number of the generation in a run without end. */
  readonly generation?: number;
  readonly hear: TrainingEars;
  /** Says when a checkpoint is due. */
  readonly clock: Pick<Clock, 'steadyMs'>;
  /** Writes a checkpoint; where the disk may be waited for, again and again. By default once. */
  readonly save?: (write: () => void) => Promise<void>;
  /** See TrainOptions. */
  readonly gate?: (() => Promise<void> | undefined) | undefined;
  readonly signal: AbortSignal;
}

/** The model of a run, trained on the megasets of `plan` from the last checkpoint on. */
export async function trainModel(
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainModelOptions,
): Promise<Model> {
  const { config, hear } = options;
  const { threads, device } = config.learning;
  const found = await findBackend(backendChoice(config), backendCandidates(threads, device));
  for (const trial of found.trials) {
    if (trial.reason !== undefined)
      hear.onNote(`learning backend ${trial.name} was not taken: ${trial.reason}`);
  }
  for (const warning of trainingWarnings(config)) hear.onNote(warning);
  const { training } = config;
  const needs = needsOf(scorePlanOf(config));
  const rowsOfMegasets = rowsByMegaset(plan).slice(0, training.megasets);
  const total = rowsOfMegasets.reduce((sum, rows) => sum + rows, 0) * training.epochs * training.passes;
  hear.onStart?.(total * needs.members);
  const trained = await trainNetwork(found.backend, scaler, plan, options, 0);
  const members: EnsembleMember[] = [];
  for (let member = 1; member < needs.members; member += 1) {
    const { parts } = await trainNetwork(found.backend, scaler, plan, options, member);
    members.push({ seed: training.seed + member, parameters: parts.parameters, usual: parts.usual });
  }
  const usualFloor =
    config.scores.find(({ type }) => type === 'error_normalised')?.floor_fraction ?? usualErrorFloor;
  const backend = { name: found.backend.name, version: found.backend.version };
  const model = {
    ...trained.parts,
    usualFloor,
    scaler,
    features: modelFeatures(config.features, options.featureLayout),
    record: { ...trainingRecord({ ...options, backend, trained, rows: rowsByMegaset(plan) }) },
  };
  const scoring = await makeScoring(model, members, plan, found.backend, config, options.megasetFolder);
  const whole = scoring === undefined ? model : { ...model, scoring };
  return { ...whole, card: modelCard(whole) };
}

/** A network of the ensemble from its last checkpoint on; the first one is the model's. */
function trainNetwork(
  backend: Backend,
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainModelOptions,
  member: number,
): Promise<Trained> {
  const { config, hear, signal, megasetFolder, checkpointFolder, memberFolder } = options;
  const { training, learning } = config;
  return train(backend, {
    network: networkOf(config),
    scaler,
    plan,
    megasetFolder,
    checkpointFolder: member === 0 ? checkpointFolder : join(memberFolder, String(member)),
    maskWords: options.featureLayout.maskWords,
    configurationHash: options.configurationHash,
    seed: training.seed + member,
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
    gate: options.gate,
    ...(options.save === undefined ? {} : { save: options.save }),
    ...hear,
  });
}

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
