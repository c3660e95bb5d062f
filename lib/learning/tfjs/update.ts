import { adamBeta1, adamBeta2, adamEpsilon } from '../adam.js';
import type { ClipDescription } from '../loss.js';
import type { Ops } from './ops.js';
import type { Tensor } from './tensorflow.js';

/** Parameters and both moments on the device, each in the network's order. */
export interface DeviceState {
  readonly parameters: readonly Tensor[];
  readonly first: readonly Tensor[];
  readonly second: readonly Tensor[];
}

/** Limits gradients as Keras' clipvalue, clipnorm and global_clipnorm do. */
export function clipGradients(ops: Ops, clip: ClipDescription, gradients: readonly Tensor[]): Tensor[] {
  const { tf } = ops;
  const { limit } = clip;
  const shortened = (gradient: Tensor, squares: Tensor) => {
    const most = ops.constant(limit);
    const factor = tf.reshape(tf.div(most, tf.maximum(tf.sqrt(squares), most)), []);
    return tf.mul(gradient, factor);
  };
  const squares = (gradient: Tensor) => ops.total(tf.square(gradient));
  switch (clip.type) {
    case 'none':
      return [...gradients];
    case 'value':
      return gradients.map((gradient) => tf.clipByValue(gradient, -limit, limit));
    case 'norm':
      return gradients.map((gradient) => shortened(gradient, squares(gradient)));
    case 'global_norm': {
      const all = gradients.map(squares).reduce((sum, one) => tf.add(sum, one));
      return gradients.map((gradient) => shortened(gradient, all));
    }
  }
}

/**
 * Adam in Keras' form (adam.ts): m' = m + (1 - beta1)(g - m), v' = v + (1 - beta2)(g^2 - v),
 * p' = p - m' rate / (sqrt(v') + epsilon).
 * @param rate adamRate of the step, as a tensor
 */
export function adamStep(
  ops: Ops,
  state: DeviceState,
  gradients: readonly Tensor[],
  rate: Tensor,
): DeviceState {
  const { tf } = ops;
  const next = { parameters: [] as Tensor[], first: [] as Tensor[], second: [] as Tensor[] };
  for (const [index, gradient] of gradients.entries()) {
    const m = state.first[index]!;
    const v = state.second[index]!;
    const first = tf.add(m, ops.scale(tf.sub(gradient, m), 1 - adamBeta1));
    const second = tf.add(v, ops.scale(tf.sub(tf.square(gradient), v), 1 - adamBeta2));
    const root = tf.add(tf.sqrt(second), ops.constant(adamEpsilon));
    next.first.push(first);
    next.second.push(second);
    next.parameters.push(tf.sub(state.parameters[index]!, tf.div(tf.mul(first, rate), root)));
  }
  return next;
}
