import { RmmError } from '../base/error.js';
import type { Trainer } from './backend.js';
import type { Batch, BatchSource, ShuffleKey } from './batches.js';
import {
  afterEpoch,
  type EarlyStopping,
  type EarlyStoppingOptions,
  startStopping,
} from './early-stopping.js';
import { afterPlateauEpoch, type Plateau, type RateSchedule, rateOf, startPlateau } from './learning-rate.js';
import { NoiseSource } from './noise.js';

export interface MegasetOptions {
  readonly seed: number;
  readonly pass: number;
  readonly megaset: number;
  /** Epochs over this megaset. */
  readonly epochs: number;
  readonly learningRate: number;
  readonly schedule: RateSchedule;
  /** Steps that the schedule counts before this megaset. */
  readonly stepsBefore: number;
  /** Acts on the validation loss, or on the training loss where there are no validation rows. */
  readonly earlyStopping: EarlyStoppingOptions;
  /** Is waited for after every step on so many rows; the trainer is then at `state`. */
  readonly afterStep?: (state: LoopState, rows: number) => Promise<void>;
  /** Called when the last epoch begins, so that what comes after it can be read ahead. */
  readonly onLastEpoch?: () => void;
}

/** How far training is within a megaset: with this and the trainer's state it goes on with the same bits. Plain JSON. */
export interface LoopState {
  /** The epoch to go on with. */
  readonly epoch: number;
  /** Batches of it that are done. */
  readonly batch: number;
  /** Sum over their rows of the loss. */
  readonly lossSum: number;
  readonly stopping: EarlyStopping;
  readonly plateau: Plateau;
}

/** The state at the start of a megaset; what the schedule remembers goes on from the one before. */
export function startLoop(plateau: Plateau): LoopState {
  return { epoch: 0, batch: 0, lossSum: 0, stopping: startStopping, plateau };
}

export interface EpochResult {
  readonly pass: number;
  readonly megaset: number;
  /** From 0 within the megaset. */
  readonly epoch: number;
  /** Mean over the rows of weight x loss, each taken before the step it led to. */
  readonly loss: number;
  /** The same on the validation rows, after the epoch; undefined where there are none. */
  readonly validationLoss: number | undefined;
  readonly rows: number;
  readonly steps: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** True where early stopping ends the megaset with this epoch. */
  readonly stopped: boolean;
}

/** An epoch, and where training stands after it. */
export interface EpochEnd {
  readonly result: EpochResult;
  readonly state: LoopState;
}

/**
 * Trains on one megaset and yields after every epoch. The trainer carries weights, moments and step counter
 * on to the next megaset; with its state and (seed, pass, megaset, loop state) a run goes on with the same bits.
 *
 * Weights have mean 1 over the megaset. A full batch's loss is Keras' with sample_weight: the mean over the
 * batch of w_i x loss_i. The tail's is the mean over its real rows, as Keras has it for a shorter batch.
 * @throws RmmError `training_diverged`
 */
export async function* trainMegaset(
  trainer: Trainer,
  source: BatchSource,
  validation: BatchSource | undefined,
  options: MegasetOptions,
  start = startLoop(startPlateau(options.learningRate)),
): AsyncGenerator<EpochEnd> {
  const { seed, pass, megaset, epochs, learningRate, schedule } = options;
  const { rows } = source;
  const noise = new NoiseSource(trainer.network, seed, trainer.batch);
  const stepsAnEpoch = Math.ceil(rows / trainer.batch);
  const keyOf = (epoch: number): ShuffleKey => ({ seed, pass, megaset, epoch });
  let state = start;
  while (state.epoch < epochs && !state.stopping.stop) {
    const { epoch } = state;
    if (epoch + 1 < epochs) source.announce?.(keyOf(epoch + 1));
    else options.onLastEpoch?.();
    const { plateau } = state;
    const rateAt = (batch: number) =>
      rateOf(schedule, learningRate, options.stepsBefore + epoch * stepsAnEpoch + batch, plateau);
    for await (const batch of source.batches(keyOf(epoch), state.batch)) {
      spreadTail(batch);
      noise.fill(trainer.steps + 1);
      const rate = rateAt(state.batch);
      const { x, weights, real } = batch;
      const loss = await trainer.step({ x, weights, noise: noise.arrays }, rate);
      if (!Number.isFinite(loss))
        throw diverged('training', loss, `${where(options, epoch)}, step ${state.batch}`, rate);
      state = { ...state, batch: state.batch + 1, lossSum: state.lossSum + loss * real };
      await options.afterStep?.(state, real);
    }
    const loss = state.lossSum / rows;
    const rate = rateAt(stepsAnEpoch - 1);
    const validationLoss = validation === undefined ? undefined : await meanLoss(trainer, validation);
    if (validationLoss !== undefined && !Number.isFinite(validationLoss))
      throw diverged('validation', validationLoss, where(options, epoch), rate);
    const watched = validationLoss ?? loss;
    const stopping = afterEpoch(state.stopping, options.earlyStopping, epoch, watched);
    const result = {
      pass,
      megaset,
      epoch,
      loss,
      validationLoss,
      rows,
      steps: state.batch,
      learningRate: rate,
      stopped: stopping.stop,
    };
    const next = afterPlateauEpoch(schedule, plateau, watched);
    state = { epoch: epoch + 1, batch: 0, lossSum: 0, stopping, plateau: next };
    yield { result, state };
  }
}

/** Mean over all rows of weight x loss with the parameters as they are; undefined without rows. */
export async function meanLoss(trainer: Trainer, source: BatchSource): Promise<number | undefined> {
  if (source.rows === 0) return undefined;
  let sum = 0;
  for await (const batch of source.batches(undefined, 0)) {
    spreadTail(batch);
    sum += (await trainer.evaluate(batch.x, batch.weights)) * batch.real;
  }
  return sum / source.rows;
}

/** The graphs divide by the full batch; this makes a tail's loss the mean over its real rows. */
function spreadTail(batch: Batch): void {
  const size = batch.weights.length;
  if (batch.real === size) return;
  const factor = size / batch.real;
  for (let row = 0; row < batch.real; row++) batch.weights[row]! *= factor;
}

function where({ megaset }: MegasetOptions, epoch: number): string {
  return `megaset ${megaset}, epoch ${epoch}`;
}

function diverged(which: string, loss: number, place: string, rate: number): RmmError {
  return new RmmError(
    'training_diverged',
    `the ${which} loss became ${loss} in ${place}, with a learning rate of ${rate}; expected a finite number: lower training.learning_rate`,
    { context: { place } },
  );
}
