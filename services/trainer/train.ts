import { invariant, RmmError } from '../../lib/base/error.js';
import type { Backend, Trainer } from '../../lib/learning/backend.js';
import { initialState } from '../../lib/learning/backend.js';
import type { TrainingBucket } from '../../lib/learning/batches.js';
import {
  type Checkpoint,
  checkCheckpoint,
  checkpointFileNames,
  checkpointFiles,
  checkpointFromFiles,
} from '../../lib/learning/checkpoint.js';
import type { EarlyStoppingOptions } from '../../lib/learning/early-stopping.js';
import { type ExpansionPlan, planExpansion } from '../../lib/learning/expansion-plan.js';
import { initialParameters } from '../../lib/learning/initialise.js';
import type { ClipDescription, LossDescription } from '../../lib/learning/loss.js';
import type { Model } from '../../lib/learning/model.js';
import { buildNetwork, type NetworkDescription } from '../../lib/learning/network.js';
import type { SampleWeights } from '../../lib/learning/sample-weights.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import { type EpochResult, trainMegaset } from '../../lib/learning/train-megaset.js';
import { addColumnErrors, createColumnErrors, usualErrors } from '../../lib/learning/usual-errors.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { readFolderFiles, writeFolder } from '../scorer/model-folder.js';
import { type MegasetPlan, readBucket } from './megaset-store.js';

export interface TrainOptions {
  readonly network: NetworkDescription;
  readonly scaler: Scaler;
  readonly plan: MegasetPlan;
  readonly megasetFolder: string;
  readonly checkpointFolder: string;
  readonly maskWords: number;
  readonly configurationHash: string;
  readonly seed: number;
  readonly epochs: number;
  readonly passes: number;
  readonly batch: number;
  readonly threads: number;
  readonly learningRate: number;
  readonly loss: LossDescription;
  readonly clip: ClipDescription;
  readonly sampleWeights: SampleWeights;
  readonly earlyStopping: EarlyStoppingOptions;
  readonly usualErrorEvents: number;
  /**
   * Number of the generation in a run without end: the plan holds this one megaset, and training goes on from the
   * checkpoint of the one before.
   */
  readonly generation?: number;
  readonly signal: AbortSignal;
  /** Writes a checkpoint; where the disk may be waited for, again and again. By default once. */
  readonly save?: (write: () => void) => Promise<void>;
  /** Hears of every training step with its number of rows. */
  readonly onStep: (rows: number) => void;
  readonly onEpoch: (epoch: EpochResult) => void;
  /** Hears what a person should know. */
  readonly onNote: (text: string) => void;
}

/** A trained network, with the loss of every epoch. */
export interface Trained {
  readonly parts: Pick<Model, 'network' | 'parameters' | 'usual'>;
  readonly epochs: readonly EpochResult[];
}

/** The next megaset to train on. */
interface Position {
  readonly pass: number;
  readonly megaset: number;
}

/**
 * Trains megaset by megaset, from the checkpoint where there is one. After every megaset a checkpoint holds
 * weights, both moments, step and position, so a killed process goes on with the same bits.
 */
export async function train(backend: Backend, options: TrainOptions): Promise<Trained> {
  const { scaler, plan } = options;
  const network = buildNetwork(options.network, scaler.trained.length);
  const origin = {
    configurationHash: options.configurationHash,
    scalerId: scaler.id,
    backend: { name: backend.name, version: backend.version },
  };
  const resumed = readCheckpoint(options);
  if (resumed !== undefined) checkCheckpoint(resumed, origin);
  const state = resumed?.state ?? initialState(initialParameters(network, options.seed));
  const trainer = await backend.createTrainer(network, state, {
    batch: options.batch,
    threads: options.threads,
    loss: options.loss,
    clip: options.clip,
  });
  try {
    const epochs = epochsSoFar(resumed, options);
    const buckets = bucketReader(options);
    const expansion = planExpansion(scaler);
    // Read after every epoch, and bounded by training.validation_events: kept in memory.
    const validation = buckets(plan.megasets - 1).map(kept);
    const schedule = scheduleOf(options);
    let position: Position = resumed?.position ?? schedule.first;
    invariant(
      schedule.canBeginAt(position),
      `${options.checkpointFolder} stands at megaset ${position.megaset}, which is not of generation ${options.generation}`,
    );
    while (!schedule.isOver(position)) {
      await trainOne(
        watched(trainer, options),
        expansion,
        buckets(schedule.inPlan(position)),
        validation,
        position,
        options,
        epochs,
      );
      position = schedule.next(position);
      const checkpoint = {
        ...origin,
        network,
        state: trainer.state(),
        position: { seed: options.seed, ...position, epoch: 0 },
        record: { epochs },
      };
      const write = () => writeFolder(options.checkpointFolder, checkpointFiles(checkpoint));
      await (options.save?.(write) ?? write());
    }
    const usual = await usualOf(trainer, expansion, buckets, options);
    return { parts: { network, parameters: trainer.state().parameters, usual }, epochs };
  } finally {
    await trainer.release();
  }
}

/** The last checkpoint. A damaged one costs time and nothing else: the same training is done again from the start. */
function readCheckpoint({ checkpointFolder, onNote }: TrainOptions): Checkpoint | undefined {
  const files = readFolderFiles(checkpointFolder, checkpointFileNames);
  if (files === undefined) return undefined;
  try {
    return checkpointFromFiles(files, checkpointFolder);
  } catch (error) {
    if (!(error instanceof RmmError) || error.code !== 'model_corrupt') throw error;
    onNote(`the checkpoint is damaged, so training starts again: ${error.message}`);
    return undefined;
  }
}

/** Epochs of an earlier process; in a run without end those of this generation, else they would grow for ever. */
function epochsSoFar(resumed: Checkpoint | undefined, { generation }: TrainOptions): EpochResult[] {
  const epochs = (resumed?.record.epochs as EpochResult[] | undefined) ?? [];
  return generation === undefined ? [...epochs] : epochs.filter(({ megaset }) => megaset === generation);
}

/** In which order megasets are trained on. */
interface Schedule {
  readonly first: Position;
  readonly canBeginAt: (position: Position) => boolean;
  readonly isOver: (position: Position) => boolean;
  readonly next: (position: Position) => Position;
  /** Index of the position's megaset in the plan. */
  readonly inPlan: (position: Position) => number;
}

/** `passes` times over all megasets; or one generation, whose number shuffles it like a megaset's. */
function scheduleOf({ plan, passes, generation }: TrainOptions): Schedule {
  if (generation !== undefined) {
    return {
      first: { pass: 0, megaset: generation },
      canBeginAt: ({ megaset }) => megaset === generation || megaset === generation + 1,
      isOver: ({ megaset }) => megaset > generation,
      next: ({ megaset }) => ({ pass: 0, megaset: megaset + 1 }),
      inPlan: () => 0,
    };
  }
  const megasets = plan.megasets - 1;
  return {
    first: { pass: 0, megaset: 0 },
    canBeginAt: () => true,
    isOver: ({ pass }) => pass >= passes,
    next: ({ pass, megaset }) =>
      megaset + 1 < megasets ? { pass, megaset: megaset + 1 } : { pass: pass + 1, megaset: 0 },
    inPlan: ({ megaset }) => megaset,
  };
}

async function trainOne(
  trainer: Trainer,
  expansion: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  validation: readonly TrainingBucket[],
  position: Position,
  options: TrainOptions,
  epochs: EpochResult[],
): Promise<void> {
  // With few events a megaset may be empty: nothing to learn from it.
  if (buckets.length === 0) return;
  const { seed, learningRate, sampleWeights, earlyStopping } = options;
  const settings = { seed, ...position, epochs: options.epochs, learningRate, sampleWeights, earlyStopping };
  for await (const epoch of trainMegaset(trainer, expansion, buckets, validation, settings)) {
    epochs.push(epoch);
    options.onEpoch(epoch);
  }
}

/** Buckets of a megaset that hold rows, read when they are needed; one that is read again and again is kept. */
function bucketReader(options: TrainOptions): (megaset: number) => TrainingBucket[] {
  const { plan, megasetFolder, scaler, maskWords } = options;
  const patterns = new PatternTable(scaler.columns, maskWords);
  return (megaset) => {
    const found: TrainingBucket[] = [];
    for (let bucket = 0; bucket < plan.buckets; bucket += 1) {
      const rows = plan.rows[megaset]![bucket]!;
      if (rows === 0) continue;
      const load = () => {
        const read = readBucket(megasetFolder, plan, megaset, bucket)!;
        const found = patterns.rows(read);
        const rows = { ...found, pattern: found.pattern.slice(0, read.rows) };
        const { scaler } = plan;
        return { rows: scaler === undefined ? rows : { ...rows, scaler }, weights: read.weight };
      };
      found.push({ rows, weightSum: plan.weightSums[megaset]![bucket]!, load });
    }
    return found.length === 1 ? found.map(kept) : found;
  };
}

function kept(bucket: TrainingBucket): TrainingBucket {
  let loaded: ReturnType<TrainingBucket['load']> | undefined;
  return { ...bucket, load: () => (loaded ??= bucket.load()) };
}

/** The same trainer, stopping at a signal and telling of its steps. */
function watched(trainer: Trainer, { signal, onStep }: TrainOptions): Trainer {
  return {
    network: trainer.network,
    batch: trainer.batch,
    get steps() {
      return trainer.steps;
    },
    step: async (input, learningRate) => {
      signal.throwIfAborted();
      const loss = await trainer.step(input, learningRate);
      onStep(trainer.batch);
      return loss;
    },
    evaluate: (x, weights) => trainer.evaluate(x, weights),
    addColumnErrors: (x, weights, sums) => trainer.addColumnErrors(x, weights, sums),
    state: () => trainer.state(),
    restore: (state) => trainer.restore(state),
    release: () => trainer.release(),
  };
}

/** Usual error of each trained column over the first megasets, up to the number of events asked for. */
async function usualOf(
  trainer: Trainer,
  expansion: ExpansionPlan,
  buckets: (megaset: number) => TrainingBucket[],
  options: TrainOptions,
): Promise<Float64Array> {
  const errors = createColumnErrors(expansion.width);
  let rows = 0;
  for (
    let megaset = 0;
    megaset < options.plan.megasets - 1 && rows < options.usualErrorEvents;
    megaset += 1
  ) {
    options.signal.throwIfAborted();
    const part = buckets(megaset);
    await addColumnErrors(trainer, expansion, part, options.sampleWeights, errors);
    rows += part.reduce((total, bucket) => total + bucket.rows, 0);
  }
  return usualErrors(errors);
}
