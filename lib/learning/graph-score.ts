import { addMeanParameters } from './graph-latent.js';
import { addConstantParameters, addForward, addInputParameters } from './graph-layers.js';
import { meanNetwork } from './mean-network.js';
import type { Network } from './network.js';
import { type Dimension, GraphBuilder, type OnnxGraph } from './onnx-graph.js';

/**
 * Sums over the trained columns that every score needs, with the parameters as constants; of a variational network
 * those that give the mean.
 *
 * In: `x` (batch x columns). Out, one a row: `squares`, sum of d^2; `normalised`, sum of d^2 / usual;
 * `absolutes`, sum of abs(d), where d = x - x'.
 * @param inverseUsual 1 / usual squared error of each trained column
 */
export function scoreGraph(
  network: Network,
  parameters: readonly Float32Array[],
  inverseUsual: Float32Array,
  batch: Dimension,
): OnnxGraph {
  const graph = new GraphBuilder('score');
  const { columns } = network;
  const x = graph.input('x', [batch, columns]);
  const mean = meanNetwork(network, parameters);
  const names = addConstantParameters(graph, mean.network, mean.parameters);
  const inverse = graph.constant('inverse_usual', [columns, 1], inverseUsual);
  const ones = graph.constant('ones', [columns, 1], new Float32Array(columns).fill(1));
  const difference = graph.node('Sub', [addForward(graph, network, x, names), x]);
  const squares = graph.node('Mul', [difference, difference]);
  // Sums as matrix products: ReduceSum peels a row's first values by memory alignment, so its bits would
  // depend on the place of the row in the batch.
  const axes = graph.integers([1]);
  const rowSum = (tensor: string, factors: string) =>
    graph.node('Squeeze', [graph.node('MatMul', [tensor, factors]), axes]);
  graph.output('squares', [batch], rowSum(squares, ones));
  graph.output('normalised', [batch], rowSum(squares, inverse));
  graph.output('absolutes', [batch], rowSum(graph.node('Abs', [difference]), ones));
  return graph.finish();
}

/** The reconstruction itself: in `x` (batch x columns), out `reconstruction` of the same shape. */
export function reconstructionGraph(
  network: Network,
  parameters: readonly Float32Array[],
  batch: Dimension,
): OnnxGraph {
  const graph = new GraphBuilder('reconstruct');
  const x = graph.input('x', [batch, network.columns]);
  const mean = meanNetwork(network, parameters);
  const names = addConstantParameters(graph, mean.network, mean.parameters);
  graph.output('reconstruction', [batch, network.columns], addForward(graph, network, x, names));
  return graph.finish();
}

/**
 * Weighted squared errors by column: in `x`, `weights` (1 x batch) and the parameters; out `column_squares`,
 * sum over the batch of w d^2 for each trained column.
 */
export function columnErrorGraph(network: Network, batch: number): OnnxGraph {
  const graph = new GraphBuilder('column_errors');
  const { columns } = network;
  const x = graph.input('x', [batch, columns]);
  const weights = graph.input('weights', [1, batch]);
  const names = addMeanParameters(graph, network, addInputParameters(graph, network));
  const difference = graph.node('Sub', [addForward(graph, network, x, names), x]);
  const squares = graph.node('Mul', [difference, difference]);
  const sums = graph.node('MatMul', [weights, squares]);
  graph.output('column_squares', [columns], graph.node('Squeeze', [sums, graph.integers([0])]));
  return graph.finish();
}
