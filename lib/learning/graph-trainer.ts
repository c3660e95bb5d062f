import { invariant } from '../base/error.js';
import { adamRate } from './adam.js';
import {
  checkParameters,
  type StepInput,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './backend.js';
import { graphPrefix } from './graph-adam.js';
import type { BoundRun, GraphRuntime, GraphSession } from './graph-runtime.js';
import { columnErrorGraph } from './graph-score.js';
import { lossGraph, trainingGraph } from './graph-train.js';
import { checkLoss } from './loss.js';
import type { Network } from './network.js';

/** One full set of parameters and moments, by the names of the training graph. */
interface Side {
  readonly arrays: Record<string, Float32Array>;
  readonly parameters: Float32Array[];
  readonly first: Float32Array[];
  readonly second: Float32Array[];
}

/**
 * Training on a graph runtime. The state lives in two sets of arrays that a step reads and writes in turn,
 * so nothing is copied and nothing is allocated after the first two steps.
 */
export async function createGraphTrainer(
  runtime: GraphRuntime,
  network: Network,
  start: TrainerState,
  options: TrainerOptions,
): Promise<Trainer> {
  const { batch, loss: lossOf } = options;
  checkLoss(network, lossOf, options.clip);
  const sides = [createSide(network), createSide(network)] as const;
  const rate = new Float32Array(1);
  const loss = new Float32Array(1);
  const columnSquares = new Float32Array(network.columns);
  const stepping = await runtime.load(trainingGraph(network, options), options);
  const cache = new BindingCache();
  let current = 0;
  let step = 0;
  let evaluating: GraphSession | undefined;
  let summing: GraphSession | undefined;

  const restore = (state: TrainerState): void => {
    checkParameters(network, state.parameters);
    checkParameters(network, state.first);
    checkParameters(network, state.second);
    invariant(Number.isInteger(state.step) && state.step >= 0, `a trainer cannot be at step ${state.step}`);
    const side = sides[current]!;
    side.parameters.forEach((values, index) => {
      values.set(state.parameters[index]!);
      side.first[index]!.set(state.first[index]!);
      side.second[index]!.set(state.second[index]!);
    });
    step = state.step;
  };
  restore(start);

  return {
    network,
    batch,
    get steps() {
      return step;
    },
    async step({ x, weights, noise }: StepInput, learningRate) {
      const from = sides[current]!;
      const to = sides[1 - current]!;
      const bound = cache.get(`step${current}`, [x, weights, ...noise], () => {
        const outputs: Record<string, Float32Array> = { loss };
        for (const [name, values] of Object.entries(to.arrays)) outputs[graphPrefix.next + name] = values;
        return stepping.bind({ x, weights, rate, ...noiseByName(network, noise), ...from.arrays }, outputs);
      });
      rate[0] = adamRate(learningRate, step + 1);
      await bound.run();
      current = 1 - current;
      step += 1;
      return loss[0]!;
    },
    async evaluate(x, weights) {
      evaluating ??= await runtime.load(lossGraph(network, lossOf, batch), options);
      const session = evaluating;
      const bound = cache.get(`loss${current}`, [x, weights], () =>
        session.bind({ x, weights, ...named(network, sides[current]!) }, { loss }),
      );
      await bound.run();
      return loss[0]!;
    },
    async addColumnErrors(x, weights, sums) {
      summing ??= await runtime.load(columnErrorGraph(network, batch), options);
      const session = summing;
      const bound = cache.get(`columns${current}`, [x, weights], () =>
        session.bind({ x, weights, ...named(network, sides[current]!) }, { column_squares: columnSquares }),
      );
      await bound.run();
      for (let column = 0; column < columnSquares.length; column++) sums[column]! += columnSquares[column]!;
    },
    state() {
      const side = sides[current]!;
      const copy = (list: readonly Float32Array[]) => list.map((values) => values.slice());
      return { parameters: copy(side.parameters), first: copy(side.first), second: copy(side.second), step };
    },
    restore,
    async release() {
      await stepping.release();
      await evaluating?.release();
      await summing?.release();
    },
  };
}

function createSide(network: Network): Side {
  const arrays: Record<string, Float32Array> = {};
  const create = (prefix: string) =>
    network.parameters.map((spec) => {
      const values = new Float32Array(spec.size);
      arrays[prefix + spec.name] = values;
      return values;
    });
  return {
    arrays,
    parameters: create(''),
    first: create(graphPrefix.first),
    second: create(graphPrefix.second),
  };
}

function named(network: Network, side: Side): Record<string, Float32Array> {
  return Object.fromEntries(network.parameters.map((spec, index) => [spec.name, side.parameters[index]!]));
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
