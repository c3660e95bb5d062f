import { addEventSums } from './graph-penalties.js';
import type { Network } from './network.js';
import type { GraphBuilder } from './onnx-graph.js';

/** Tensors of a gaussian layer, width x batch each. */
export interface LatentValues {
  readonly mean: string;
  readonly logVariance: string;
  readonly deviation: string;
  readonly variance: string;
}

/** Takes the sums of a gaussian layer, 2 width x batch, apart. */
export function addLatent(graph: GraphBuilder, sums: string, width: number): LatentValues {
  const mean = addPart(graph, sums, 0, 0, width);
  const logVariance = addPart(graph, sums, 0, width, 2 * width);
  const deviation = graph.node('Exp', [graph.node('Mul', [logVariance, graph.scalar(0.5)])]);
  return { mean, logVariance, deviation, variance: graph.node('Mul', [deviation, deviation]) };
}

/** What lies at first..last of an axis. */
function addPart(graph: GraphBuilder, tensor: string, axis: number, first: number, last: number): string {
  return graph.node('Slice', [tensor, ...[first, last, axis].map((value) => graph.integers([value]))]);
}

/** Parameter tensors with those of a gaussian layer cut to the columns of the mean. */
export function addMeanParameters(
  graph: GraphBuilder,
  { layers }: Network,
  parameters: readonly string[],
): string[] {
  return parameters.map((name, index) => {
    const { kind, outputs } = layers[index >> 1]!;
    return kind === 'gaussian' ? addPart(graph, name, -1, 0, outputs) : name;
  });
}

/** z = mean + deviation eps. */
export function addSample(graph: GraphBuilder, latent: LatentValues, eps: string): string {
  return graph.node('Add', [latent.mean, graph.node('Mul', [latent.deviation, eps])]);
}

/** beta KL of each event, 1 x batch, with KL = 1/2 sum (mean^2 + variance - log variance - 1). */
export function addDivergence(graph: GraphBuilder, latent: LatentValues, beta: number): string {
  const { mean, logVariance, variance } = latent;
  const squares = graph.node('Add', [graph.node('Mul', [mean, mean]), variance]);
  const cells = graph.node('Sub', [squares, graph.node('Add', [logVariance, graph.scalar(1)])]);
  return graph.node('Mul', [addEventSums(graph, cells), graph.scalar(beta / 2)]);
}

/**
 * The gradient at the sums of a gaussian layer, 2 width x batch, from that at z and from beta KL. With
 * `divergence` = beta w / B, 1 x batch (undefined for a beta of 0), that of the mean is dz + divergence mean and
 * that of the log variance 1/2 (dz eps deviation + divergence (variance - 1)).
 */
export function addLatentGradient(
  graph: GraphBuilder,
  latent: LatentValues,
  eps: string,
  gradient: string,
  divergence: string | undefined,
): string {
  const { mean, deviation, variance } = latent;
  const add = (tensor: string, term: () => string) =>
    divergence === undefined ? tensor : graph.node('Add', [tensor, graph.node('Mul', [term(), divergence])]);
  const ofDeviation = graph.node('Mul', [gradient, graph.node('Mul', [eps, deviation])]);
  const ofMean = add(gradient, () => mean);
  const twice = add(ofDeviation, () => graph.node('Sub', [variance, graph.scalar(1)]));
  const ofLogVariance = graph.node('Mul', [twice, graph.scalar(0.5)]);
  return graph.node('Concat', [ofMean, ofLogVariance], { axis: { int: 0 } });
}
