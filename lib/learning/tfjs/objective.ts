import type { LossDescription } from '../loss.js';
import { reconstructionFactor } from '../loss.js';
import type { Network } from '../network.js';
import { activationGradient, type LatentValues, type LayerValues } from './layers.js';
import type { Ops } from './ops.js';
import type { Tensor } from './tensorflow.js';

/** A loss with its feature weights on the device. */
export interface Objective {
  readonly network: Network;
  readonly loss: LossDescription;
  /** 1 x columns; absent where all are 1. */
  readonly features: Tensor | undefined;
}

/** l(x', x) of loss.ts, batch x columns, without feature weights. */
function cellLosses(ops: Ops, loss: LossDescription, { output, sum }: LayerValues, x: Tensor): Tensor {
  const { tf } = ops;
  switch (loss.type) {
    case 'mse':
      return tf.square(tf.sub(output, x));
    case 'mae':
      return tf.abs(tf.sub(output, x));
    case 'huber': {
      // With c = d clipped to +-delta it is c (d - c / 2) on both branches.
      const difference = tf.sub(output, x);
      const clipped = tf.clipByValue(difference, -loss.delta, loss.delta);
      return tf.mul(clipped, tf.sub(difference, ops.scale(clipped, 0.5)));
    }
    case 'bce':
      // checkLoss demands a sigmoid, which is never fused, so that the sum is there.
      return tf.sub(tf.softplus(sum!), tf.mul(sum!, x));
  }
}

/** The derivative of l after the last activation; of bce before it, where it is d. */
function cellGradients(ops: Ops, loss: LossDescription, output: Tensor, x: Tensor): Tensor {
  const { tf } = ops;
  const difference = tf.sub(output, x);
  switch (loss.type) {
    case 'mse':
      return ops.scale(difference, 2);
    case 'mae':
      return tf.sign(difference);
    case 'huber':
      return tf.clipByValue(difference, -loss.delta, loss.delta);
    case 'bce':
      return difference;
  }
}

/** Loss of each event, batch x 1, without activity penalties. */
export function eventLosses(
  ops: Ops,
  objective: Objective,
  values: readonly LayerValues[],
  x: Tensor,
): Tensor {
  const { network, loss, features } = objective;
  const cells = cellLosses(ops, loss, values.at(-1)!, x);
  const weighted = features === undefined ? cells : ops.tf.mul(cells, features);
  let losses = ops.scale(ops.rowSums(weighted), reconstructionFactor(network));
  for (const { latent } of values) {
    if (latent !== undefined) losses = ops.tf.add(losses, ops.scale(divergence(ops, latent), loss.beta));
  }
  return losses;
}

/** KL_i, batch x 1. */
function divergence(ops: Ops, { mean, logVariance }: LatentValues): Tensor {
  const { tf } = ops;
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, ops.constant(1)));
  return ops.scale(ops.rowSums(terms), 0.5);
}

/** The gradient before the last activation: sample weight / batch (`weights`, batch x 1) x factor x f l' x slope. */
export function outputGradient(
  ops: Ops,
  objective: Objective,
  output: Tensor,
  x: Tensor,
  weights: Tensor,
): Tensor {
  const { network, loss, features } = objective;
  const factors = ops.scale(weights, reconstructionFactor(network));
  const cells = ops.tf.mul(cellGradients(ops, loss, output, x), factors);
  const gradient = features === undefined ? cells : ops.tf.mul(cells, features);
  if (loss.type === 'bce') return gradient;
  return activationGradient(ops, network.layers.at(-1)!.activation, output, gradient);
}

/** l1 sum abs + l2 sum of squares: of each row (batch x 1), or undefined where both are 0. */
export function activityPenalty(ops: Ops, l1: number, l2: number, output: Tensor): Tensor | undefined {
  return penaltyOf(ops, l1, l2, output, (x) => ops.rowSums(x));
}

/** The same of a whole kernel, 1 x 1. */
export function kernelPenalty(ops: Ops, l1: number, l2: number, kernel: Tensor): Tensor | undefined {
  return penaltyOf(ops, l1, l2, kernel, (x) => ops.total(x));
}

function penaltyOf(
  ops: Ops,
  l1: number,
  l2: number,
  x: Tensor,
  sum: (x: Tensor) => Tensor,
): Tensor | undefined {
  const { tf } = ops;
  const absolute = l1 > 0 ? ops.scale(sum(tf.abs(x)), l1) : undefined;
  const squared = l2 > 0 ? ops.scale(sum(tf.square(x)), l2) : undefined;
  return absolute === undefined || squared === undefined ? (absolute ?? squared) : tf.add(absolute, squared);
}

/** l1 sign(x) + 2 l2 x, or undefined where both are 0. */
export function penaltyGradient(ops: Ops, l1: number, l2: number, x: Tensor): Tensor | undefined {
  const { tf } = ops;
  const absolute = l1 > 0 ? ops.scale(tf.sign(x), l1) : undefined;
  const squared = l2 > 0 ? ops.scale(x, 2 * l2) : undefined;
  return absolute === undefined || squared === undefined ? (absolute ?? squared) : tf.add(absolute, squared);
}
