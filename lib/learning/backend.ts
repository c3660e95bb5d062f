import { invariant } from '../base/error.js';
import type { GraphRuntime } from './graph-runtime.js';
import type { ClipDescription, LossDescription } from './loss.js';
import type { Network } from './network.js';

/** Everything that training carries from step to step; restoring it goes on with the same bits. */
export interface TrainerState {
  /** In the network's order: kernel 0, bias 0, kernel 1, ... */
  readonly parameters: readonly Float32Array[];
  /** Adam's first and second moments, in the same order. */
  readonly first: readonly Float32Array[];
  readonly second: readonly Float32Array[];
  /** Steps taken. */
  readonly step: number;
}

export interface RunOptions {
  /** Rows of every batch; shorter ones are padded by the caller. */
  readonly batch: number;
  /** Threads inside one operation. The result's bits do not depend on it (a test holds that). */
  readonly threads: number;
}

export interface TrainerOptions extends RunOptions {
  readonly loss: LossDescription;
  readonly clip: ClipDescription;
}

/** What one training step takes. A backend may tie these arrays to itself: hand in the same ones again and again. */
export interface StepInput {
  /** batch x columns scaled values. */
  readonly x: Float32Array;
  /** One a row; 0 for a padded row. */
  readonly weights: Float32Array;
  /** In the order of network.noise, batch x width each; see NoiseSource. */
  readonly noise: readonly Float32Array[];
}

/**
 * Trains one network. Calls must not overlap.
 */
export interface Trainer {
  readonly network: Network;
  readonly batch: number;
  /** Steps taken so far, those before a restored state included. */
  readonly steps: number;
  /**
   * One Adam step; returns the loss before it, penalties included, as loss.ts defines it.
   */
  step(input: StepInput, learningRate: number): Promise<number>;
  /** The loss without a step, without noise (z = mean, no dropout) and without the layers' penalties. */
  evaluate(x: Float32Array, weights: Float32Array): Promise<number>;
  /** Adds to `sums` the batch's weighted squared errors of each column, with the parameters as they are. */
  addColumnErrors(x: Float32Array, weights: Float32Array, sums: Float64Array): Promise<void>;
  /** A copy of the state. */
  state(): TrainerState;
  restore(state: TrainerState): void;
  release(): Promise<void>;
}

/** Sums over the trained columns, one a row of the batch. */
export interface ScoreSums {
  readonly squares: Float32Array;
  readonly normalised: Float32Array;
  readonly absolutes: Float32Array;
}

/** Scores batches with a finished network. Calls must not overlap. */
export interface Scorer {
  readonly network: Network;
  readonly batch: number;
  /** The arrays returned are the scorer's own and are overwritten by the next call. */
  score(x: Float32Array): Promise<ScoreSums>;
  release(): Promise<void>;
}

/** Gives back the scaled input as the network sees it. Calls must not overlap. */
export interface Reconstructor {
  readonly network: Network;
  readonly batch: number;
  /** batch x columns; overwritten by the next call. */
  reconstruct(x: Float32Array): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Something that runs networks. Which one did is named in every output. */
export interface Backend {
  readonly name: string;
  readonly version: string;
  /** Runs ONNX graphs as they are; undefined where networks are built in another way. */
  readonly graphs?: GraphRuntime;
  createTrainer(network: Network, state: TrainerState, options: TrainerOptions): Promise<Trainer>;
  createScorer(
    network: Network,
    parameters: readonly Float32Array[],
    inverseUsual: Float32Array,
    options: RunOptions,
  ): Promise<Scorer>;
  createReconstructor(
    network: Network,
    parameters: readonly Float32Array[],
    options: RunOptions,
  ): Promise<Reconstructor>;
}

/** State before the first step: given parameters, moments of 0. */
export function initialState(parameters: readonly Float32Array[]): TrainerState {
  const zeros = () => parameters.map((values) => new Float32Array(values.length));
  return { parameters, first: zeros(), second: zeros(), step: 0 };
}

/** Checks what a trainer is put to: parameters and both moments, and the step. */
export function checkState(network: Network, { parameters, first, second, step }: TrainerState): void {
  for (const arrays of [parameters, first, second]) checkParameters(network, arrays);
  invariant(Number.isInteger(step) && step >= 0, `a trainer cannot be at step ${step}`);
}

/** Checks number and sizes of parameter arrays against the network. */
export function checkParameters(network: Network, parameters: readonly Float32Array[]): void {
  invariant(
    parameters.length === network.parameters.length,
    `${parameters.length} parameter arrays for ${network.parameters.length} parameters`,
  );
  network.parameters.forEach((spec, index) => {
    const { length } = parameters[index]!;
    invariant(length === spec.size, `parameter ${spec.name} holds ${length} values, expected ${spec.size}`);
  });
}
