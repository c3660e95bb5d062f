import type { Clock } from '../../lib/base/clock.js';
import { invariant } from '../../lib/base/error.js';
import type { Backend, Trainer } from '../../lib/learning/backend.js';
import { initialState } from '../../lib/learning/backend.js';
import type { BatchSource } from '../../lib/learning/batches.js';
import type { BestModel, Checkpoint } from '../../lib/learning/checkpoint.js';
import type { EarlyStoppingOptions } from '../../lib/learning/early-stopping.js';
import { initialParameters } from '../../lib/learning/initialise.js';
import { type RateSchedule, startPlateau } from '../../lib/learning/learning-rate.js';
import type { ClipDescription, LossDescription } from '../../lib/learning/loss.js';
import type { Model } from '../../lib/learning/model.js';
import { buildNetwork, type Network, type NetworkDescription } from '../../lib/learning/network.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import {
  type EpochResult,
  type LoopState,
  startLoop,
  trainMegaset,
} from '../../lib/learning/train-megaset.js';
import { BatchFeed } from './batch-feed.js';
import { CheckpointKeeper } from './checkpoint-keeper.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';
import { weighingOf } from './plan-weights.js';
import { type Route, routeOf, type Stop } from './route.js';
import { usualOf } from './usual-of.js';

/** The schedule of the learning rate as it is configured: its length follows from the run. */
export type ScheduleOptions =
  | Exclude<RateSchedule, { type: 'cosine' }>
  | Omit<Extract<RateSchedule, { type: 'cosine' }>, 'steps'>;

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
  readonly schedule: ScheduleOptions;
  readonly earlyStopping: EarlyStoppingOptions;
  /** Whether the model has the weights after the last epoch or after the best. */
  readonly keep: 'last' | 'best';
  readonly usualErrorEvents: number;
  /** See RouteOptions. */
  readonly generation?: number;
  /** Minutes between two checkpoints within a megaset; 0 for none there. */
  readonly checkpointMinutes: number;
  readonly clock: Pick<Clock, 'steadyMs'>;
  readonly signal: AbortSignal;
  /** Asked after every step: a promise holds the training until it is kept. */
  readonly gate?: (() => Promise<void> | undefined) | undefined;
  /** Writes a checkpoint; where the disk may be waited for, again and again. By default once. */
  readonly save?: (write: () => void) => Promise<void>;
  /**
   * Hears where training stands among the rows of all epochs, `route.rows`: when it begins, which may be behind a
   * checkpoint, and after every megaset, of which early stopping may have left epochs out.
   */
  readonly onPlace?: (rows: number) => void;
  /** Hears of every training step with its number of rows. */
  readonly onStep: (rows: number) => void;
  readonly onEpoch: (epoch: EpochResult) => void;
  /** Hears what a person should know. */
  readonly onNote: (text: string) => void;
}

/** An epoch by its place in the run. */
export type EpochPlace = Pick<EpochResult, 'pass' | 'megaset' | 'epoch'>;

/** A trained network, with the loss of every epoch. */
export interface Trained {
  readonly parts: Pick<Model, 'network' | 'parameters' | 'usual'>;
  readonly epochs: readonly EpochResult[];
  /** The epoch with the least loss, and the one after which the weights are those of the model. */
  readonly best: EpochPlace | undefined;
  readonly kept: EpochPlace | undefined;
}

/**
 * Trains megaset by megaset, from the checkpoint where there is one. After every megaset and every so many minutes a
 * checkpoint holds weights, both moments, step and position, so a killed process goes on with the same bits.
 */
export async function train(backend: Backend, options: TrainOptions): Promise<Trained> {
  const { scaler } = options;
  const network = buildNetwork(options.network, scaler.trained.length);
  const origin = {
    configurationHash: options.configurationHash,
    scalerId: scaler.id,
    backend: { name: backend.name, version: backend.version },
  };
  const { checkpointFolder: folder, checkpointMinutes: minutes } = options;
  const keeper = new CheckpointKeeper({ ...options, folder, minutes });
  const resumed = keeper.read(origin);
  const state = resumed?.state ?? initialState(initialParameters(network, options.seed));
  const trainer = await backend.createTrainer(network, state, {
    batch: options.batch,
    threads: options.threads,
    loss: options.loss,
    clip: options.clip,
  });
  const feed = openFeed(options);
  const endFeed = () => void feed.close();
  options.signal.addEventListener('abort', endFeed);
  try {
    const course = courseSoFar(resumed, options);
    const write = (stop: Stop, loop: LoopState) =>
      keeper.write(checkpointOf(origin, network, trainer, course, options.seed, stop, loop));
    await follow(trainer, feed, course, options, async (stop, loop, isEnd) => {
      if (isEnd || keeper.isDue()) await write(stop, loop);
    });
    return await finish(network, trainer, feed, course, options);
  } catch (error) {
    // That the feed was closed is not why.
    options.signal.throwIfAborted();
    throw error;
  } finally {
    options.signal.removeEventListener('abort', endFeed);
    await feed.close();
    await trainer.release();
  }
}

/** What has been trained so far. */
interface Course {
  stop: Stop;
  loop: LoopState;
  readonly epochs: EpochResult[];
  best: BestModel | undefined;
}

/** In a run without end epochs and best model are those of this generation: losses of others are of other events. */
function courseSoFar(resumed: Checkpoint | undefined, options: TrainOptions): Course {
  const { generation, checkpointFolder } = options;
  const route = routeOf(options);
  const isOurs = ({ megaset }: { readonly megaset: number }) =>
    generation === undefined || megaset === generation;
  const stop: Stop = resumed?.position ?? route.first;
  invariant(
    route.canBeginAt(stop),
    `${checkpointFolder} stands at megaset ${stop.megaset}, which is not of generation ${generation}`,
  );
  const epochs = ((resumed?.record.epochs as EpochResult[] | undefined) ?? []).filter(isOurs);
  const best = resumed?.best !== undefined && isOurs(resumed.best) ? resumed.best : undefined;
  return { stop, loop: resumed?.loop ?? startLoop(startPlateau(options.learningRate)), epochs, best };
}

function checkpointOf(
  origin: Pick<Checkpoint, 'configurationHash' | 'scalerId' | 'backend'>,
  network: Network,
  trainer: Trainer,
  { epochs, best }: Course,
  seed: number,
  { pass, megaset }: Stop,
  loop: LoopState,
): Checkpoint {
  return {
    ...origin,
    network,
    state: trainer.state(),
    position: { seed, pass, megaset },
    loop,
    ...(best === undefined ? {} : { best }),
    record: { epochs },
  };
}

/**
 * Trains from where the course stands to its end.
 * @param mark hears of every step and, with `isEnd`, of every megaset that is done
 */
async function follow(
  trainer: Trainer,
  feed: BatchFeed,
  course: Course,
  options: TrainOptions,
  mark: (stop: Stop, loop: LoopState, isEnd: boolean) => Promise<void>,
): Promise<void> {
  const { plan, signal, onPlace } = options;
  const route = routeOf(options);
  onPlace?.(route.rowsBehind(course.stop, course.loop));
  const sourceOf = (stop: Stop): BatchSource | undefined => {
    const megaset = route.inPlan(stop);
    // With few events a megaset may be empty: nothing to learn from it.
    if (rowsOf(plan, megaset) === 0) return undefined;
    return feed.source(megaset, weighingOf(plan, megaset, `megaset ${stop.megaset}`));
  };
  const validationPart = plan.megasets - 1;
  const validation =
    rowsOf(plan, validationPart) === 0
      ? undefined
      : feed.source(validationPart, weighingOf(plan, validationPart, 'the validation part'));
  while (!route.isOver(course.stop)) {
    const { stop } = course;
    const next = route.next(stop);
    const source = sourceOf(stop);
    const onLastEpoch = () => {
      if (route.isOver(next)) feed.announce(0, undefined);
      else sourceOf(next)?.announce?.({ seed: options.seed, ...next, epoch: 0 });
    };
    const afterStep = async (loop: LoopState, rows: number) => {
      signal.throwIfAborted();
      options.onStep(rows);
      await mark(stop, loop, false);
      await options.gate?.();
      signal.throwIfAborted();
    };
    if (source !== undefined) {
      const settings = { ...megasetOptions(options, route, stop), afterStep, onLastEpoch };
      for await (const { result, state } of trainMegaset(
        trainer,
        source,
        validation,
        settings,
        course.loop,
      )) {
        course.loop = state;
        course.epochs.push(result);
        course.best = better(course.best, result, trainer);
        options.onEpoch(result);
      }
    }
    course.stop = next;
    course.loop = startLoop(course.loop.plateau);
    onPlace?.(route.rowsBehind(next, course.loop));
    await mark(course.stop, course.loop, true);
  }
}

function megasetOptions(options: TrainOptions, route: Route, stop: Stop) {
  const { seed, epochs, learningRate, earlyStopping, schedule } = options;
  const whole = schedule.type === 'cosine' ? { ...schedule, steps: route.steps } : schedule;
  const stepsBefore = route.stepsBefore(stop);
  return { seed, ...stop, epochs, learningRate, earlyStopping, schedule: whole, stepsBefore };
}

function better(best: BestModel | undefined, result: EpochResult, trainer: Trainer): BestModel {
  const loss = result.validationLoss ?? result.loss;
  if (best !== undefined && loss >= best.loss) return best;
  const { pass, megaset, epoch } = result;
  return { pass, megaset, epoch, loss, parameters: trainer.state().parameters };
}

/** The weights that were asked for, with the usual errors that they give. */
async function finish(
  network: Network,
  trainer: Trainer,
  feed: BatchFeed,
  { epochs, best }: Course,
  options: TrainOptions,
): Promise<Trained> {
  const isBest = options.keep === 'best' && best !== undefined;
  if (isBest) trainer.restore({ ...trainer.state(), parameters: best.parameters });
  const usual = await usualOf(trainer, feed, options);
  const { parameters } = trainer.state();
  const bestPlace = placeOf(best);
  const kept = isBest ? bestPlace : placeOf(epochs.at(-1));
  return { parts: { network, parameters, usual }, epochs, best: bestPlace, kept };
}

function placeOf(epoch: EpochPlace | undefined): EpochPlace | undefined {
  return epoch && { pass: epoch.pass, megaset: epoch.megaset, epoch: epoch.epoch };
}

function openFeed({ megasetFolder: folder, plan, scaler, maskWords, batch }: TrainOptions): BatchFeed {
  const store = { folder, plan, columns: scaler.columns, maskWords };
  return new BatchFeed({ store, scaler }, batch, scaler.trained.length);
}
