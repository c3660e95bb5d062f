import type { LayerValues } from './graph-forward.js';
import { addDivergence } from './graph-latent.js';
import { gradientFactor } from './graph-layers.js';
import { addEventSums, addPenalty, addTotal } from './graph-penalties.js';
import { type LossDescription, reconstructionFactor } from './loss.js';
import type { Network } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/** What the loss of a batch is made of. */
export interface LossTensors {
  readonly network: Network;
  readonly loss: LossDescription;
  readonly batch: number;
  readonly values: readonly LayerValues[];
  /** columns x batch. */
  readonly x: string;
  /** x' - x. */
  readonly difference: string;
  /** 1 x batch. */
  readonly weights: string;
}

/** True where the loss gives its gradient before the last activation: bce, whose sigmoid cancels. */
export function startsAtSum({ type }: LossDescription): boolean {
  return type === 'bce';
}

/** Adds l of loss.ts for every cell. */
function addCells(graph: GraphBuilder, { loss, values, x, difference }: LossTensors): string {
  switch (loss.type) {
    case 'mse':
      // Mul and ReduceSum together are faster than onnxruntime's ReduceSumSquare.
      return graph.node('Mul', [difference, difference]);
    case 'mae':
      return graph.node('Abs', [difference]);
    case 'huber': {
      // With c = d cut at +-delta, c (d - c / 2) is right on both sides of delta.
      const cut = addCut(graph, difference, loss.delta);
      const rest = graph.node('Sub', [difference, graph.node('Mul', [cut, graph.scalar(0.5)])]);
      return graph.node('Mul', [cut, rest]);
    }
    case 'bce': {
      const { sum } = values.at(-1)!;
      return graph.node('Sub', [graph.node('Softplus', [sum]), graph.node('Mul', [sum, x])]);
    }
  }
}

/** Adds dl / dx' (for bce dl / dz) without the factor 2 of mse. A cut that addCells made is found again by onnxruntime. */
function addSlopes(graph: GraphBuilder, { loss, difference }: LossTensors): string {
  switch (loss.type) {
    case 'mse':
    case 'bce':
      return difference;
    case 'mae':
      return graph.node('Sign', [difference]);
    case 'huber':
      return addCut(graph, difference, loss.delta);
  }
}

function addCut(graph: GraphBuilder, tensor: string, limit: number): string {
  return graph.node('Clip', [tensor, graph.scalar(-limit), graph.scalar(limit)]);
}

/**
 * Adds the gradient after the last layer, or at its sum (startsAtSum): weight / B x factor x f l', and times
 * gradientFactor of the last activation where that is still to be passed.
 */
export function addOutputGradient(graph: GraphBuilder, tensors: LossTensors): string {
  const { network, loss, batch, weights } = tensors;
  const last = startsAtSum(loss) ? 1 : gradientFactor(network.layers.at(-1)!.activation);
  const two = loss.type === 'mse' ? 2 : 1;
  const scale = graph.scalar((two * last * reconstructionFactor(network)) / batch);
  const gradient = graph.node('Mul', [addSlopes(graph, tensors), graph.node('Mul', [weights, scale])]);
  if (loss.featureWeights === undefined) return gradient;
  const factors = graph.constant('feature_weights_column', [network.columns, 1], loss.featureWeights);
  return graph.node('Mul', [gradient, factors]);
}

/**
 * Adds the loss of a batch, a scalar.
 * @param penalties whether those of kernels and activities count
 */
export function addLoss(
  graph: GraphBuilder,
  tensors: LossTensors,
  kernels: readonly string[],
  penalties: boolean,
): string {
  const { network, batch, weights } = tensors;
  const factor = reconstructionFactor(network);
  const more = addEventTerms(graph, tensors, penalties);
  let events = addReconstruction(graph, tensors);
  if (more.length > 0) {
    if (factor !== 1) events = graph.node('Mul', [events, graph.scalar(factor)]);
    events = graph.node('Sum', [events, ...more]);
  }
  const weighted = graph.node('Mul', [events, weights]);
  const sum = graph.node('ReduceSum', [weighted, graph.integers([0, 1])], { keepdims: { int: 0 } });
  const mean = graph.node('Mul', [sum, graph.scalar((more.length > 0 ? 1 : factor) / batch)]);
  const ofKernels = penalties ? addKernelTerms(graph, network, kernels) : [];
  return ofKernels.length === 0 ? mean : graph.node('Sum', [mean, ...ofKernels]);
}

/** sum_c f_c l of each event, 1 x batch. Summed by event first: one flat float32 sum over a million values is off. */
function addReconstruction(graph: GraphBuilder, tensors: LossTensors): string {
  const { featureWeights } = tensors.loss;
  const cells = addCells(graph, tensors);
  if (featureWeights === undefined) return addEventSums(graph, cells);
  const factors = graph.constant('feature_weights_row', [1, featureWeights.length], featureWeights);
  return graph.node('MatMul', [factors, cells]);
}

/** Terms of each event beside the reconstruction, 1 x batch each. */
function addEventTerms(graph: GraphBuilder, tensors: LossTensors, penalties: boolean): string[] {
  const { network, loss, values } = tensors;
  const terms: string[] = [];
  for (const [index, { latent, output }] of values.entries()) {
    if (latent !== undefined && loss.beta > 0) terms.push(addDivergence(graph, latent, loss.beta));
    if (!penalties) continue;
    const { activityL1, activityL2 } = network.layers[index]!.penalties;
    const cells = addPenalty(graph, output, activityL1, activityL2);
    if (cells !== undefined) terms.push(addEventSums(graph, cells));
  }
  return terms;
}

function addKernelTerms(graph: GraphBuilder, network: Network, kernels: readonly string[]): string[] {
  const terms: string[] = [];
  for (const [index, { penalties }] of network.layers.entries()) {
    const cells = addPenalty(graph, kernels[index]!, penalties.kernelL1, penalties.kernelL2);
    if (cells !== undefined) terms.push(addTotal(graph, cells));
  }
  return terms;
}
