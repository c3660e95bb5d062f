import { join } from 'node:path';
import type { Clock } from '../../lib/base/clock.js';
import type { Config, Profile } from '../../lib/config/index.js';
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
import { routeOf } from './route.js';
import { type ScheduleOptions, type TrainOptions, train } from './train.js';
import { type BackgroundFile, modelFeatures, trainingRecord } from './training-record.js';

/** An epoch of one of the networks, which are trained one after the other. */
export interface NetworkEpoch extends EpochResult {
  /** From 0, of how many. */
  readonly network: number;
  readonly networks: number;
}

/** Who hears how training goes. */
export interface TrainingEars {
  /**
   * Where training stands among `all` rows that every epoch of every network would see: when a network begins, which
   * may be behind a checkpoint, and after each megaset, of which early stopping may have left epochs out.
   */
  readonly onPlace?: (rows: number, all: number) => void;
  readonly onStep: (rows: number) => void;
  readonly onEpoch: (epoch: NetworkEpoch) => void;
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
  const networkOptions = (member: number) => optionsOf(scaler, plan, options, member, needs.members);
  const trained = await train(found.backend, networkOptions(0));
  const members: EnsembleMember[] = [];
  for (let member = 1; member < needs.members; member += 1) {
    const { parts } = await train(found.backend, networkOptions(member));
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

/** How a network of the ensemble is trained; the first one is the model's. */
function optionsOf(
  scaler: Scaler,
  plan: MegasetPlan,
  options: TrainModelOptions,
  member: number,
  members: number,
): TrainOptions {
  const { config, hear, signal, megasetFolder, checkpointFolder, memberFolder } = options;
  const { training, learning } = config;
  const { onPlace, onEpoch, ...others } = hear;
  const own: TrainOptions = {
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
    onEpoch: (epoch) => onEpoch({ ...epoch, network: member, networks: members }),
    ...others,
  };
  const { rows } = routeOf(own);
  return { ...own, onPlace: (behind) => onPlace?.(member * rows + behind, members * rows) };
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
