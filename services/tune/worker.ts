import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import { serveTasks } from '../../lib/flow/worker-main.js';
import type { Backend } from '../../lib/learning/backend.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { featurizerOf } from '../featurizer/config.js';
import { backendChoice, clipOf, lossOf } from '../trainer/config.js';
import type { Sample } from './sample.js';
import { SampleRows, type TrialTask, trainTrial } from './train-trial.js';

/** What workers are told at their start. */
export interface TuneWorkerSettings {
  readonly config: Config;
  readonly sample: Sample;
  /** Each trial has a folder there. */
  readonly checkpoints: string;
  /**
   * One number: when it is not 0 a training ends with its present step. A thread that is ended while its native
   * library computes would take the process with it.
   */
  readonly stop: Int32Array;
}

// A thread of the search: trains one configuration at a time with a backend of its own.
const { config, sample, checkpoints, stop } = workerData as TuneWorkerSettings;
const { tune, training } = config;
const rows = new SampleRows(sample);
const { names } = featurizerOf(config).layout;
let backend: Promise<Backend> | undefined;

async function openBackend(): Promise<Backend> {
  const found = await findBackend(
    backendChoice(config),
    backendCandidates(tune.threads, config.learning.device),
  );
  return found.backend;
}

serveTasks(async (input, step) => {
  const task = input as TrialTask;
  backend ??= openBackend();
  return trainTrial(task, rows, {
    backend: await backend,
    threads: tune.threads,
    batch: training.batch_events,
    seed: training.seed,
    loss: lossOf(config, names, sample.scaler.trained),
    clip: clipOf(config),
    checkpointFolder: join(checkpoints, task.id),
    clock: systemClock,
    onStep: (rows) => {
      step(rows);
      if (Atomics.load(stop, 0) !== 0) throw new RmmError('interrupted', `trial ${task.id} was told to end`);
    },
  });
});
