import type { Clock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import { type Backend, initialState, type Trainer } from '../../lib/learning/backend.js';
import { type BatchSource, bucketSource } from '../../lib/learning/batches.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { initialParameters } from '../../lib/learning/initialise.js';
import { startPlateau } from '../../lib/learning/learning-rate.js';
import type { ClipDescription, LossDescription } from '../../lib/learning/loss.js';
import { buildNetwork, type NetworkDescription } from '../../lib/learning/network.js';
import { startLoop, trainMegaset } from '../../lib/learning/train-megaset.js';
import { addColumnErrors, createColumnErrors } from '../../lib/learning/usual-errors.js';
import { BucketReader } from '../trainer/bucket-reader.js';
import { CheckpointKeeper } from '../trainer/checkpoint-keeper.js';
import { weighingOf } from '../trainer/plan-weights.js';
import type { Sample } from './sample.js';

export interface TrialTask {
  readonly id: string;
  readonly network: NetworkDescription;
  readonly learningRate: number;
  /** Epochs that it shall have seen in all. */
  readonly epochs: number;
}

/** Errors and losses of all epochs so far, those of earlier rungs included. */
export interface TrialOutcome {
  readonly errors: readonly number[];
  readonly losses: readonly number[];
  readonly diverged?: string;
  readonly seconds: number;
}

export interface TrialOptions {
  readonly backend: Backend;
  readonly threads: number;
  readonly batch: number;
  readonly seed: number;
  readonly loss: LossDescription;
  readonly clip: ClipDescription;
  readonly checkpointFolder: string;
  readonly clock: Pick<Clock, 'steadyMs'>;
  /** Hears of every training step with its number of rows. */
  readonly onStep: (rows: number) => void;
}

/** Within a rung a checkpoint is written after an epoch, once the one before is as old as this. */
const checkpointMinutes = 0.5;

/** The rows of a sample as batches, for one trial after the other. */
export class SampleRows {
  readonly #reader: BucketReader;
  readonly #sample: Sample;

  constructor(sample: Sample) {
    const { folder, plan, scaler, maskWords } = sample;
    this.#sample = sample;
    this.#reader = new BucketReader({ folder, plan, columns: scaler.columns, maskWords });
  }

  training(batch: number): BatchSource {
    return this.#source(0, 'the sample', batch);
  }

  validation(batch: number): BatchSource {
    return this.#source(1, 'the validation part', batch);
  }

  get sample(): Sample {
    return this.#sample;
  }

  #source(megaset: number, what: string, batch: number): BatchSource {
    const { plan, scaler } = this.#sample;
    const buckets = this.#reader.buckets(megaset);
    return bucketSource(planExpansion(scaler), buckets, batch, weighingOf(plan, megaset, what));
  }
}

/**
 * Trains a configuration until it has seen the epochs of the task, from its last checkpoint on: the same bits as
 * without a stop. The learning rate is constant. That it diverges is a result.
 */
export async function trainTrial(
  task: TrialTask,
  rows: SampleRows,
  options: TrialOptions,
): Promise<TrialOutcome> {
  const { scaler } = rows.sample;
  const { backend, batch, threads, loss, clip, seed, clock } = options;
  const network = buildNetwork(task.network, scaler.trained.length);
  const origin = {
    configurationHash: task.id,
    scalerId: scaler.id,
    backend: { name: backend.name, version: backend.version },
  };
  const keeper = new CheckpointKeeper({
    folder: options.checkpointFolder,
    minutes: checkpointMinutes,
    clock,
    onNote: () => undefined,
  });
  const resumed = keeper.read(origin);
  const course = courseOf(resumed?.record);
  if (course.errors.length >= task.epochs) return first(course, task.epochs);
  let beganMs = clock.steadyMs();
  const state = resumed?.state ?? initialState(initialParameters(network, seed));
  const trainer = await backend.createTrainer(network, state, { batch, threads, loss, clip });
  const validation = rows.validation(batch);
  const position = { seed, pass: 0, megaset: 0 };
  const settings = {
    ...position,
    epochs: task.epochs,
    learningRate: task.learningRate,
    schedule: { type: 'constant' } as const,
    stepsBefore: 0,
    earlyStopping: { patience: 0, minDelta: 0 },
  };
  const from = resumed?.loop ?? startLoop(startPlateau(task.learningRate));
  try {
    const told = telling(trainer, options.onStep);
    for await (const { result, state: loop } of trainMegaset(
      told,
      rows.training(batch),
      undefined,
      settings,
      from,
    )) {
      const error = await validationError(trainer, validation);
      if (!Number.isFinite(error)) {
        course.diverged = `the validation error became ${error} after epoch ${loop.epoch}`;
        break;
      }
      course.errors.push(error);
      course.losses.push(result.loss);
      const nowMs = clock.steadyMs();
      course.seconds += (nowMs - beganMs) / 1000;
      beganMs = nowMs;
      if (loop.epoch < task.epochs && !keeper.isDue()) continue;
      await keeper.write({
        ...origin,
        network,
        state: trainer.state(),
        position,
        loop,
        record: { ...course },
      });
    }
  } catch (error) {
    if (!(error instanceof RmmError) || error.code !== 'training_diverged') throw error;
    course.diverged = error.message;
  } finally {
    await trainer.release();
  }
  return course;
}

/**
 * Weighted mean squared error over the trained columns: 1 / (N n) sum_i w_i sum_c (x'_ic - x_ic)^2, weights with mean
 * 1. Whatever the loss of the training, it has neither penalties nor feature weights, so that configurations compare.
 */
async function validationError(trainer: Trainer, validation: BatchSource): Promise<number> {
  const errors = createColumnErrors(trainer.network.columns);
  await addColumnErrors(trainer, validation, validation.rows, errors);
  const sum = errors.sums.reduce((total, value) => total + value, 0);
  return sum / (validation.rows * trainer.network.columns);
}

interface Course {
  readonly errors: number[];
  readonly losses: number[];
  diverged?: string;
  seconds: number;
}

function courseOf(record: Readonly<Record<string, unknown>> | undefined): Course {
  if (record === undefined) return { errors: [], losses: [], seconds: 0 };
  const { errors, losses, seconds } = record as unknown as TrialOutcome;
  return { errors: [...errors], losses: [...losses], seconds };
}

/** Of a training that an earlier search took further. */
function first({ errors, losses, seconds }: Course, epochs: number): TrialOutcome {
  return {
    errors: errors.slice(0, epochs),
    losses: losses.slice(0, epochs),
    seconds: (seconds * epochs) / errors.length,
  };
}

function telling(trainer: Trainer, onStep: (rows: number) => void): Trainer {
  return {
    ...trainer,
    get steps() {
      return trainer.steps;
    },
    step: async (input, learningRate) => {
      const loss = await trainer.step(input, learningRate);
      onStep(trainer.batch);
      return loss;
    },
  };
}
