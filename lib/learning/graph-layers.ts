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
 * The gradient before an activation from the gradient after it, using only what the activation gave
 * (`output`), so that its argument need not be kept and onnxruntime can fuse Gemm with activation.
 *
 * The step function that ReLU needs is HardSigmoid with a huge slope, min(1, max(0, 1e30 y)): one vectorised
 * pass where Greater and Where take two slow ones. It is 0 at 0, as Keras has it, and wrong only for
 * 0 < y < 1e-30.
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
    case 'relu':
      return graph.node('Mul', [gradient, step(graph, output)]);
    case 'leakyrelu':
      return graph.node('Mul', [
        gradient,
        graph.node('Max', [step(graph, output), graph.scalar(activation.slope)]),
      ]);
    case 'tanh': {
      const slope = graph.node('Sub', [graph.scalar(1), graph.node('Mul', [output, output])]);
      return graph.node('Mul', [gradient, slope]);
    }
    case 'sigmoid': {
      const slope = graph.node('Mul', [output, graph.node('Sub', [graph.scalar(1), output])]);
      return graph.node('Mul', [gradient, slope]);
    }
  }
}

function step(graph: GraphBuilder, tensor: string): string {
  return graph.node('HardSigmoid', [tensor], { alpha: { float: 1e30 }, beta: { float: 0 } });
}

/**
 * Adds the forward pass of a batch.
 * @param parameters names of the parameter tensors in the network's order
 * @returns what goes into each layer, and last the network's output
 */
export function addForward(
  graph: GraphBuilder,
  network: Network,
  input: string,
  parameters: readonly string[],
): string[] {
  const values = [addActivation(graph, network.description.inputActivation, input)];
  for (const [index, layer] of network.layers.entries()) {
    const sum = graph.node('Gemm', [values[index]!, parameters[2 * index]!, parameters[2 * index + 1]!]);
    values.push(addActivation(graph, layer.activation, sum));
  }
  return values;
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
