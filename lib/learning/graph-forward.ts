import { addLatent, addSample, type LatentValues } from './graph-latent.js';
import { addActivation } from './graph-layers.js';
import type { DenseLayer, Network } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/**
 * Tensors of one layer that a backward pass needs, width x batch. Training turns the batch around once, and then each
 * kernel before its layer, so that no product has a transposed left side: onnxruntime packs that once for every 128
 * columns of the right one. Turning what goes into each layer instead made a step of AE large 5 to 8 % slower.
 */
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

/** Adds an input (batch x width) for every noise array of a training step; the tensors returned are width x batch. */
export function addNoiseInputs(graph: GraphBuilder, network: Network, batch: number): NoiseNames {
  return new Map(
    network.noise.map(({ name, layer, width }) => {
      const rows = graph.input(name, [batch, width]);
      return [layer, graph.node('Transpose', [rows], { perm: { ints: [1, 0] } })];
    }),
  );
}

/**
 * Adds the forward pass of a batch with everything that losses and gradients are made of. `parameters` are the whole
 * ones, the log variance of a gaussian layer included.
 * @param x columns x batch
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
  for (const [index, layer] of network.layers.entries()) {
    const { kind, activation, outputs } = layer;
    const sum = addSum(graph, layer, input, parameters[2 * index]!, parameters[2 * index + 1]!);
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

/**
 * kernel^T input + bias. The detour over three dimensions keeps onnxruntime from joining Transpose and Gemm again; the
 * bias is added by itself because Gemm spreads it over its output on one thread: up to 4 % of a step.
 */
function addSum(
  graph: GraphBuilder,
  { kind, inputs, outputs }: DenseLayer,
  input: string,
  kernel: string,
  bias: string,
): string {
  const width = kind === 'gaussian' ? 2 * outputs : outputs;
  const stacked = graph.node('Reshape', [kernel, graph.integers([1, inputs, width])]);
  const turned = graph.node('Transpose', [stacked], { perm: { ints: [0, 2, 1] } });
  const flat = graph.node('Reshape', [turned, graph.integers([width, inputs])]);
  const product = graph.node('Gemm', [flat, input]);
  return graph.node('Add', [product, graph.node('Reshape', [bias, graph.integers([width, 1])])]);
}
