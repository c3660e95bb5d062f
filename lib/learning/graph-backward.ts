import type { NoiseNames } from './graph-forward.js';
import { addLatentGradient } from './graph-latent.js';
import { addActivationGradient, gradientFactor } from './graph-layers.js';
import { addOutputGradient, type LossTensors, startsAtSum } from './graph-loss.js';
import { addPenaltyGradient } from './graph-penalties.js';
import type { GraphBuilder } from './onnx-graph.js';

/** The gradient of the loss for one parameter, by its index in network.parameters. */
export interface ParameterGradient {
  readonly parameter: number;
  readonly gradient: string;
}

/**
 * Adds the backward pass. Between layers the gradient travels times gradientFactor of the activation that it comes
 * to next, put in where it costs nothing.
 * @returns one gradient a parameter, those of the last layer first
 */
export function addBackward(
  graph: GraphBuilder,
  tensors: LossTensors,
  parameters: readonly string[],
  noise: NoiseNames,
): ParameterGradient[] {
  const { network, loss } = tensors;
  const gradients: ParameterGradient[] = [];
  const axes = graph.integers([1]);
  let gradient = addOutputGradient(graph, tensors);
  for (let index = network.layers.length - 1; index >= 0; index--) {
    const { input } = tensors.values[index]!;
    const kernel = parameters[2 * index]!;
    const { penalties } = network.layers[index]!;
    const isLast = index === network.layers.length - 1;
    if (!(isLast && startsAtSum(loss))) gradient = addLayerGradient(graph, tensors, index, gradient, noise);
    const penalty = addPenaltyGradient(graph, kernel, penalties.kernelL1, penalties.kernelL2);
    gradients.push(
      { parameter: 2 * index, gradient: addKernelGradient(graph, input, gradient, penalty) },
      {
        parameter: 2 * index + 1,
        gradient: graph.node('ReduceSum', [gradient, axes], { keepdims: { int: 0 } }),
      },
    );
    if (index === 0) continue;
    const alpha = gradientFactor(network.layers[index - 1]!.activation);
    gradient = graph.node('Gemm', [kernel, gradient], { alpha: { float: alpha } });
  }
  return gradients;
}

/** From the gradient after a layer (times gradientFactor) to that at its sums: dropout, activity penalty, activation. */
function addLayerGradient(
  graph: GraphBuilder,
  { network, loss, batch, values, weights }: LossTensors,
  index: number,
  after: string,
  noise: NoiseNames,
): string {
  const { activation, penalties } = network.layers[index]!;
  const { latent, output } = values[index]!;
  const random = noise.get(index);
  const perEvent = (factor: number) => graph.node('Mul', [weights, graph.scalar(factor / batch)]);
  if (latent !== undefined) {
    const divergence = loss.beta > 0 ? perEvent(loss.beta) : undefined;
    return addLatentGradient(graph, latent, random!, after, divergence);
  }
  let gradient = random === undefined ? after : graph.node('Mul', [after, random]);
  const penalty = addPenaltyGradient(graph, output, penalties.activityL1, penalties.activityL2);
  if (penalty !== undefined) {
    const weighted = graph.node('Mul', [penalty, perEvent(gradientFactor(activation))]);
    gradient = graph.node('Add', [gradient, weighted]);
  }
  return addActivationGradient(graph, activation, output, gradient);
}

/** The gradient of a kernel, input of the layer x gradient^T + that of its penalty. */
function addKernelGradient(
  graph: GraphBuilder,
  input: string,
  gradient: string,
  penalty: string | undefined,
): string {
  const factors = penalty === undefined ? [input, gradient] : [input, gradient, penalty];
  return graph.node('Gemm', factors, { transB: { int: 1 } });
}
