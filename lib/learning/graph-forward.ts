import { addLatent, addSample, type LatentValues } from './graph-latent.js';
import { addActivation } from './graph-layers.js';
import type { Network } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/** Tensors of one layer that a backward pass needs. */
export interface LayerValues {
  /** What goes into the layer. */
  readonly input: string;
  /** Before the activation. */
  readonly sum: string;
  /** After the activation, before dropout. */
  readonly output: string;
  /** Of a gaussian layer. */
  readonly latent?: LatentValues;
}

/** Names of the noise tensors by layer; without them z is the mean and nothing is dropped. */
export type NoiseNames = ReadonlyMap<number, string>;
export const noNoise: NoiseNames = new Map();

/** Adds an input for every noise array of a training step. */
export function addNoiseInputs(graph: GraphBuilder, network: Network, batch: number): NoiseNames {
  return new Map(network.noise.map(({ name, layer, width }) => [layer, graph.input(name, [batch, width])]));
}

/**
 * Adds the forward pass of a batch with everything that losses and gradients are made of. `parameters` are the whole
 * ones, the log variance of a gaussian layer included.
 */
export function addTrainingForward(
  graph: GraphBuilder,
  network: Network,
  x: string,
  parameters: readonly string[],
  noise: NoiseNames,
): LayerValues[] {
  const all: LayerValues[] = [];
  let input = addActivation(graph, network.description.inputActivation, x);
  for (const [index, { kind, activation, outputs }] of network.layers.entries()) {
    const sum = graph.node('Gemm', [input, parameters[2 * index]!, parameters[2 * index + 1]!]);
    const random = noise.get(index);
    if (kind === 'gaussian') {
      const latent = addLatent(graph, sum, outputs);
      const output = random === undefined ? latent.mean : addSample(graph, latent, random);
      all.push({ input, sum, output, latent });
      input = output;
    } else {
      const output = addActivation(graph, activation, sum);
      all.push({ input, sum, output });
      input = random === undefined ? output : graph.node('Mul', [output, random]);
    }
  }
  return all;
}
