import {
  activationGradient,
  forward,
  type LatentValues,
  type LayerNoise,
  type LayerValues,
} from './layers.js';
import {
  activityPenalty,
  eventLosses,
  kernelPenalty,
  type Objective,
  outputGradient,
  penaltyGradient,
} from './objective.js';
import type { Ops } from './ops.js';
import type { Tensor } from './tensorflow.js';

/** A batch on the device. */
export interface DeviceBatch {
  readonly x: Tensor;
  /** Sample weight / batch of each row, batch x 1. */
  readonly weights: Tensor;
}

/** The loss of a batch (1 x 1) without noise and penalties, as Trainer.evaluate defines it. */
export function plainLoss(
  ops: Ops,
  objective: Objective,
  batch: DeviceBatch,
  parameters: readonly Tensor[],
): Tensor {
  const values = forward(ops, objective.network, batch.x, parameters);
  return ops.transposedTimes(batch.weights, eventLosses(ops, objective, values, batch.x));
}

/**
 * The loss of a training step (1 x 1) and its gradients in the order of the parameters. Written out by hand:
 * TensorFlow.js' own differentiation keeps every intermediate tensor and takes the products that are slow on
 * WebAssembly.
 */
export function lossAndGradients(
  ops: Ops,
  objective: Objective,
  batch: DeviceBatch,
  parameters: readonly Tensor[],
  noise: LayerNoise,
): { loss: Tensor; gradients: Tensor[] } {
  const { tf } = ops;
  const { network } = objective;
  const { x, weights } = batch;
  const values = forward(ops, network, x, parameters, noise);
  const gradients = new Array<Tensor>(parameters.length);
  let events = eventLosses(ops, objective, values, x);
  let penalties: Tensor | undefined;
  let gradient = outputGradient(ops, objective, values.at(-1)!.output, x, weights);
  for (let index = network.layers.length - 1; index >= 0; index--) {
    const { kernelL1, kernelL2 } = network.layers[index]!.penalties;
    const kernel = parameters[2 * index]!;
    const kernelGradient = ops.transposedTimes(values[index]!.input, gradient);
    const shrink = penaltyGradient(ops, kernelL1, kernelL2, kernel);
    gradients[2 * index] = shrink === undefined ? kernelGradient : tf.add(kernelGradient, shrink);
    gradients[2 * index + 1] = tf.reshape(ops.columnSums(gradient), [gradient.shape[1]!]);
    const penalty = kernelPenalty(ops, kernelL1, kernelL2, kernel);
    if (penalty !== undefined) penalties = penalties === undefined ? penalty : tf.add(penalties, penalty);
    if (index === 0) break;

    const { activityL1, activityL2 } = network.layers[index - 1]!.penalties;
    const { output } = values[index - 1]!;
    const activity = activityPenalty(ops, activityL1, activityL2, output);
    if (activity !== undefined) events = tf.add(events, activity);
    const after = ops.timesTransposed(gradient, kernel);
    gradient = throughLayer(ops, objective, index - 1, values[index - 1]!, after, weights, noise);
  }
  const loss = ops.transposedTimes(weights, events);
  return { loss: penalties === undefined ? loss : tf.add(loss, penalties), gradients };
}

/** From the gradient behind a layer, dropout included, to that at its sums. */
function throughLayer(
  ops: Ops,
  { network, loss }: Objective,
  index: number,
  { output, latent }: LayerValues,
  after: Tensor,
  weights: Tensor,
  noise: LayerNoise,
): Tensor {
  const { tf } = ops;
  if (latent !== undefined) return latentGradient(ops, loss.beta, latent, weights, after);
  const { activation, penalties } = network.layers[index]!;
  const kept = noise.get(index);
  const passed = kept === undefined ? after : tf.mul(after, kept);
  const pull = penaltyGradient(ops, penalties.activityL1, penalties.activityL2, output);
  const all = pull === undefined ? passed : tf.add(passed, tf.mul(pull, weights));
  return activationGradient(ops, activation, output, all);
}

/** The gradients of mean and log variance, side by side, from that of z and from the divergence. */
function latentGradient(
  ops: Ops,
  beta: number,
  { mean, logVariance, spread }: LatentValues,
  weights: Tensor,
  gradient: Tensor,
): Tensor {
  const { tf } = ops;
  const pull = ops.scale(weights, beta);
  const ofMean = tf.add(gradient, tf.mul(mean, pull));
  const excess = tf.sub(tf.exp(logVariance), ops.constant(1));
  const ofSpread = spread === undefined ? undefined : tf.mul(gradient, spread);
  const ofDivergence = tf.mul(excess, pull);
  const ofLogVariance = ofSpread === undefined ? ofDivergence : tf.add(ofSpread, ofDivergence);
  return tf.concat([ofMean, ops.scale(ofLogVariance, 0.5)], 1);
}
