import type { TrainerOptions } from './backend.js';
import { addBackward } from './graph-backward.js';
import { addClipping } from './graph-clip.js';
import { addNoiseInputs, addTrainingForward, type NoiseNames, noNoise } from './graph-forward.js';
import { addInputParameters } from './graph-layers.js';
import { addLoss, type LossTensors } from './graph-loss.js';
import type { LossDescription } from './loss.js';
import type { Network } from './network.js';
import { GraphBuilder, type OnnxGraph } from './onnx-graph.js';

/** What the name of a parameter's gradient begins with. */
export const gradientPrefix = 'gradient/';

/**
 * What a training step needs of a batch, as a plain inference graph: forward, backward, clipping.
 *
 * In: `x` (batch x columns), `weights` (1 x batch), one tensor for each of network.noise (batch x width, by its name),
 * every parameter p. Out: `loss` (scalar, see loss.ts), `gradient/p`.
 */
export function trainingGraph(
  network: Network,
  { batch, loss, clip }: Omit<TrainerOptions, 'threads'>,
): OnnxGraph {
  const graph = new GraphBuilder('training_step');
  const x = graph.input('x', [batch, network.columns]);
  const weights = graph.input('weights', [1, batch]);
  const noise = addNoiseInputs(graph, network, batch);
  const parameters = addInputParameters(graph, network);

  const tensors = lossTensors(graph, network, loss, batch, { x, weights, parameters, noise });
  graph.output('loss', [], addLoss(graph, tensors, kernelsOf(parameters), true));
  const backward = addBackward(graph, tensors, parameters, noise);
  const gradients = addClipping(
    graph,
    clip,
    backward.map(({ gradient }) => gradient),
  );
  for (const [at, { parameter }] of backward.entries()) {
    const { name, dims } = network.parameters[parameter]!;
    graph.output(gradientPrefix + name, dims, gradients[at]!);
  }
  return graph.finish();
}

/**
 * The loss alone, for validation: in `x`, `weights` and the parameters, out `loss` as loss.ts defines it without
 * penalties, with z = mean and without dropout.
 */
export function lossGraph(network: Network, loss: LossDescription, batch: number): OnnxGraph {
  const graph = new GraphBuilder('loss');
  const x = graph.input('x', [batch, network.columns]);
  const weights = graph.input('weights', [1, batch]);
  const parameters = addInputParameters(graph, network);
  const inputs = { x, weights, parameters, noise: noNoise };
  const tensors = lossTensors(graph, network, loss, batch, inputs);
  graph.output('loss', [], addLoss(graph, tensors, kernelsOf(parameters), false));
  return graph.finish();
}

interface LossInputs {
  readonly x: string;
  readonly weights: string;
  readonly parameters: readonly string[];
  readonly noise: NoiseNames;
}

function lossTensors(
  graph: GraphBuilder,
  network: Network,
  loss: LossDescription,
  batch: number,
  { x, weights, parameters, noise }: LossInputs,
): LossTensors {
  const turned = graph.node('Transpose', [x], { perm: { ints: [1, 0] } });
  const values = addTrainingForward(graph, network, turned, parameters, noise);
  const difference = graph.node('Sub', [values.at(-1)!.output, turned]);
  return { network, loss, batch, values, x: turned, difference, weights };
}

function kernelsOf(parameters: readonly string[]): string[] {
  return parameters.filter((_, index) => index % 2 === 0);
}
