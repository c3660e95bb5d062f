import {
  type Backend,
  checkParameters,
  type Reconstructor,
  type Scorer,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from './backend.js';
import type { BoundRun, GraphRuntime } from './graph-runtime.js';
import { reconstructionGraph, scoreGraph } from './graph-score.js';
import { createGraphTrainer } from './graph-trainer.js';
import type { Network } from './network.js';

/** A backend that runs networks as ONNX graphs on a graph runtime. */
export function graphBackend(runtime: GraphRuntime): Backend {
  return {
    name: runtime.name,
    version: runtime.version,
    graphs: runtime,
    createTrainer: (network: Network, state: TrainerState, options: TrainerOptions): Promise<Trainer> =>
      createGraphTrainer(runtime, network, state, options),

    async createScorer(network, parameters, inverseUsual, options): Promise<Scorer> {
      const { batch } = options;
      checkParameters(network, parameters);
      const session = await runtime.load(scoreGraph(network, parameters, inverseUsual, batch), options);
      const sums = {
        squares: new Float32Array(batch),
        normalised: new Float32Array(batch),
        absolutes: new Float32Array(batch),
      };
      let given: Float32Array | undefined;
      let bound: BoundRun | undefined;
      return {
        network,
        batch,
        async score(x) {
          if (bound === undefined || x !== given) {
            bound = session.bind({ x }, sums);
            given = x;
          }
          await bound.run();
          return sums;
        },
        release: () => session.release(),
      };
    },

    async createReconstructor(network, parameters, options): Promise<Reconstructor> {
      const { batch } = options;
      checkParameters(network, parameters);
      const session = await runtime.load(reconstructionGraph(network, parameters, batch), options);
      const reconstruction = new Float32Array(batch * network.columns);
      return {
        network,
        batch,
        async reconstruct(x) {
          await session.bind({ x }, { reconstruction }).run();
          return reconstruction;
        },
        release: () => session.release(),
      };
    },
  };
}
