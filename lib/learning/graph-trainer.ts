import { invariant } from '../base/error.js';
import type { StepInput, Trainer, TrainerOptions, TrainerState } from './backend.js';
import type { BoundRun, GraphRuntime, GraphSession } from './graph-runtime.js';
import { columnErrorGraph } from './graph-score.js';
import { gradientPrefix, lossGraph, trainingGraph } from './graph-train.js';
import { checkLoss } from './loss.js';
import type { Network } from './network.js';
import { ParameterMemory } from './optimiser/parameter-memory.js';

/**
 * Training on a graph runtime: a graph gives loss and gradients, ParameterMemory holds what is trained and takes the
 * step. Nothing is copied and nothing is allocated after the first step.
 */
export async function createGraphTrainer(
  runtime: GraphRuntime,
  network: Network,
  start: TrainerState,
  options: TrainerOptions,
): Promise<Trainer> {
  const { batch, loss: lossOf } = options;
  checkLoss(network, lossOf, options.clip);
  const memory = new ParameterMemory(network, start);
  const parameters = byName(network, memory.parameters);
  const gradients = byName(network, memory.gradients, gradientPrefix);
  const loss = new Float32Array(1);
  const columnSquares = new Float32Array(network.columns);
  const stepping = await runtime.load(trainingGraph(network, options), options);
  const cache = new BindingCache();
  let evaluating: GraphSession | undefined;
  let summing: GraphSession | undefined;

  return {
    network,
    batch,
    get steps() {
      return memory.steps;
    },
    async step({ x, weights, noise }: StepInput, learningRate) {
      const bound = cache.get('step', [x, weights, ...noise], () =>
        stepping.bind({ x, weights, ...noiseByName(network, noise), ...parameters }, { loss, ...gradients }),
      );
      await bound.run();
      memory.step(learningRate);
      return loss[0]!;
    },
    async evaluate(x, weights) {
      evaluating ??= await runtime.load(lossGraph(network, lossOf, batch), options);
      const session = evaluating;
      const bound = cache.get('loss', [x, weights], () =>
        session.bind({ x, weights, ...parameters }, { loss }),
      );
      await bound.run();
      return loss[0]!;
    },
    async addColumnErrors(x, weights, sums) {
      summing ??= await runtime.load(columnErrorGraph(network, batch), options);
      const session = summing;
      const bound = cache.get('columns', [x, weights], () =>
        session.bind({ x, weights, ...parameters }, { column_squares: columnSquares }),
      );
      await bound.run();
      for (let column = 0; column < columnSquares.length; column++) sums[column]! += columnSquares[column]!;
    },
    state: () => memory.state(),
    restore: (state) => memory.restore(state),
    async release() {
      await stepping.release();
      await evaluating?.release();
      await summing?.release();
    },
  };
}

function byName(
  network: Network,
  arrays: readonly Float32Array[],
  prefix = '',
): Record<string, Float32Array> {
  return Object.fromEntries(network.parameters.map(({ name }, index) => [prefix + name, arrays[index]!]));
}

function noiseByName(network: Network, noise: readonly Float32Array[]): Record<string, Float32Array> {
  const expected = network.noise.length;
  invariant(noise.length === expected, `${noise.length} noise arrays for a network that takes ${expected}`);
  return Object.fromEntries(network.noise.map((spec, index) => [spec.name, noise[index]!]));
}

/** Keeps the last binding of each purpose, for as long as the caller hands in the same arrays. */
class BindingCache {
  private readonly entries = new Map<string, { arrays: readonly Float32Array[]; run: BoundRun }>();

  get(purpose: string, arrays: readonly Float32Array[], bind: () => BoundRun): BoundRun {
    const known = this.entries.get(purpose);
    if (known?.arrays.length === arrays.length && known.arrays.every((array, at) => array === arrays[at]))
      return known.run;
    const run = bind();
    this.entries.set(purpose, { arrays, run });
    return run;
  }
}
