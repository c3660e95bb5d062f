import { RmmError } from '../base/error.js';
import type { Trainer } from './backend.js';
import { type Batch, createBatch, forEachBatch, type TrainingBucket } from './batches.js';
import { afterEpoch, type EarlyStoppingOptions, startStopping } from './early-stopping.js';
import type { ExpansionPlan } from './expansion-plan.js';
import { NoiseSource } from './noise.js';
import { type SampleWeights, weightScale } from './sample-weights.js';

export interface MegasetOptions {
  readonly seed: number;
  readonly pass: number;
  readonly megaset: number;
  /** Epochs over this megaset. */
  readonly epochs: number;
  readonly learningRate: number;
  readonly sampleWeights: SampleWeights;
  /** Acts on the validation loss, or on the training loss where there are no validation rows. */
  readonly earlyStopping: EarlyStoppingOptions;
}

export interface EpochResult {
  readonly pass: number;
  readonly megaset: number;
  /** From 0 within the megaset. */
  readonly epoch: number;
  /** Mean over the rows of weight x mean squared error, each taken before the step it led to. */
  readonly loss: number;
  /** The same on the validation rows, after the epoch; undefined where there are none. */
  readonly validationLoss: number | undefined;
  readonly rows: number;
  readonly steps: number;
  /** True where early stopping ends the megaset with this epoch. */
  readonly stopped: boolean;
}

/**
 * Trains on one megaset and yields after every epoch. The trainer carries weights, moments and step counter
 * on to the next megaset; with its state and (seed, pass, megaset) a run goes on with the same bits.
 *
 * Weights have mean 1 over the megaset. A full batch's loss is Keras' with sample_weight: the mean over the
 * batch of w_i x mse_i. The tail's is the mean over its real rows, as Keras has it for a shorter batch.
 * @throws RmmError `training_rows_unusable`, `training_diverged`
 */
export async function* trainMegaset(
  trainer: Trainer,
  plan: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  validation: readonly TrainingBucket[],
  options: MegasetOptions,
): AsyncGenerator<EpochResult> {
  const { seed, pass, megaset, sampleWeights } = options;
  const rows = buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
  const scale = weightScale(rows, totalWeight(buckets), `megaset ${megaset}`);
  const batch = createBatch(trainer.batch, plan.width);
  const noise = new NoiseSource(trainer.network, seed, trainer.batch);
  const input = { x: batch.x, weights: batch.weights, noise: noise.arrays };
  let stopping = startStopping;
  for (let epoch = 0; epoch < options.epochs && !stopping.stop; epoch++) {
    let sum = 0;
    let steps = 0;
    const key = { seed, pass, megaset, epoch };
    await forEachBatch(plan, buckets, batch, sampleWeights, scale, key, async (full) => {
      spreadTail(full);
      noise.fill(trainer.steps + 1);
      const loss = await trainer.step(input, options.learningRate);
      if (!Number.isFinite(loss)) throw diverged(loss, megaset, epoch, steps, options.learningRate);
      sum += loss * full.real;
      steps += 1;
    });
    const loss = sum / rows;
    const validationLoss = await meanLoss(trainer, plan, validation, sampleWeights);
    stopping = afterEpoch(stopping, options.earlyStopping, epoch, validationLoss ?? loss);
    yield { pass, megaset, epoch, loss, validationLoss, rows, steps, stopped: stopping.stop };
  }
}

/** Mean over all rows of weight x mean squared error with the parameters as they are; undefined without rows. */
export async function meanLoss(
  trainer: Trainer,
  plan: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  mode: SampleWeights,
): Promise<number | undefined> {
  const rows = buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
  if (rows === 0) return undefined;
  const scale = weightScale(rows, totalWeight(buckets), 'the validation part');
  let sum = 0;
  await forEachBatch(
    plan,
    buckets,
    createBatch(trainer.batch, plan.width),
    mode,
    scale,
    undefined,
    async (full) => {
      spreadTail(full);
      sum += (await trainer.evaluate(full.x, full.weights)) * full.real;
    },
  );
  return sum / rows;
}

/** The graphs divide by the full batch; this makes a tail's loss the mean over its real rows. */
function spreadTail(batch: Batch): void {
  const size = batch.weights.length;
  if (batch.real === size) return;
  const factor = size / batch.real;
  for (let row = 0; row < batch.real; row++) batch.weights[row]! *= factor;
}

function totalWeight(buckets: readonly TrainingBucket[]): number {
  return buckets.reduce((sum, bucket) => sum + bucket.weightSum, 0);
}

function diverged(loss: number, megaset: number, epoch: number, step: number, rate: number): RmmError {
  return new RmmError(
    'training_diverged',
    `the training loss became ${loss} in megaset ${megaset}, epoch ${epoch}, step ${step}, with a learning rate of ${rate}; expected a finite number: lower training.learning_rate`,
    { context: { megaset, epoch, step } },
  );
}
