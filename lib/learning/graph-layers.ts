import type { Activation, Network } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/** Adds an activation; returns the tensor itself where there is nothing to apply. */
export function addActivation(graph: GraphBuilder, activation: Activation, tensor: string): string {
  switch (activation.type) {
    case 'linear':
      return tensor;
    case 'relu':
      return graph.node('Relu', [tensor]);
    case 'tanh':
      return graph.node('Tanh', [tensor]);
    case 'sigmoid':
      return graph.node('Sigmoid', [tensor]);
    case 'leakyrelu':
      return graph.node('LeakyRelu', [tensor], { alpha: { float: activation.slope } });
  }
}

/**
 * How much larger than the true gradient `addActivationGradient` wants its argument to be, see there. The
 * caller multiplies it in where that costs nothing.
 */
export function gradientFactor(activation: Activation): number {
  return activation.type === 'leakyrelu' ? 1 / leakyStep : 1;
}

/** Arguments of LeakyReLU between 0 and this get a wrong slope; float32 sums of GeV-scaled values do not lie there. */
const leakyStep = 1e-20;

/**
 * The gradient before an activation from the gradient after it times gradientFactor, using only what the
 * activation gave (`output`), so that its argument need not be kept and onnxruntime can fuse Gemm with
 * activation.
 *
 * Where and Greater are slow, so steps are made of clipping. LeakyReLU's slope, a or 1, is Clip(y, a t, t) / t
 * with a tiny t; the division is the caller's gradientFactor. ReLU's, 0 or 1, is HardSigmoid with a huge
 * slope, min(1, max(0, 1e30 y)). Both are the negative side's slope at 0, as in Keras.
 */
export function addActivationGradient(
  graph: GraphBuilder,
  activation: Activation,
  output: string,
  gradient: string,
): string {
  switch (activation.type) {
    case 'linear':
      return gradient;
    case 'relu': {
      const step = graph.node('HardSigmoid', [output], { alpha: { float: 1e30 }, beta: { float: 0 } });
      return graph.node('Mul', [gradient, step]);
    }
    case 'leakyrelu': {
      const low = graph.scalar(activation.slope * leakyStep);
      return graph.node('Mul', [gradient, graph.node('Clip', [output, low, graph.scalar(leakyStep)])]);
    }
    case 'tanh': {
      // As g - g y y, with no scalar in it, faster than g (1 - y^2).
      const square = graph.node('Mul', [graph.node('Mul', [gradient, output]), output]);
      return graph.node('Sub', [gradient, square]);
    }
    case 'sigmoid': {
      const slope = graph.node('Mul', [output, graph.node('Sub', [graph.scalar(1), output])]);
      return graph.node('Mul', [gradient, slope]);
    }
  }
}

/**
 * Adds the forward pass of a network without gaussian layers (see mean-network.ts) and without noise.
 * @param parameters names of the parameter tensors in the network's order
 */
export function addForward(
  graph: GraphBuilder,
  network: Pick<Network, 'description' | 'layers'>,
  input: string,
  parameters: readonly string[],
): string {
  let value = addActivation(graph, network.description.inputActivation, input);
  for (const [index, layer] of network.layers.entries()) {
    const sum = graph.node('Gemm', [value, parameters[2 * index]!, parameters[2 * index + 1]!]);
    value = addActivation(graph, layer.activation, sum);
  }
  return value;
}

/** Adds the parameters as constants of the graph, so that a runtime can pack them once. */
export function addConstantParameters(
  graph: GraphBuilder,
  network: Network,
  parameters: readonly Float32Array[],
): string[] {
  return network.parameters.map((spec, index) => graph.constant(spec.name, spec.dims, parameters[index]!));
}

/** Adds the parameters as inputs of the graph. */
export function addInputParameters(graph: GraphBuilder, network: Network, prefix = ''): string[] {
  return network.parameters.map((spec) => graph.input(prefix + spec.name, spec.dims));
}
