import type { Activation, Network } from '../network.js';
import type { Ops } from './ops.js';
import type { Tensor } from './tensorflow.js';

/** What the forward pass of a layer leaves for the backward pass. */
export interface LayerValues {
  /** What the kernel was multiplied with. */
  readonly input: Tensor;
  /** After the activation and before dropout; z of a gaussian layer. */
  readonly output: Tensor;
  readonly latent?: LatentValues;
}

export interface LatentValues {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
  /** exp(log variance / 2) eps; absent where z is the mean. */
  readonly spread: Tensor | undefined;
}

/** Noise of each layer of a training step, by layer. */
export type LayerNoise = ReadonlyMap<number, Tensor>;

export function activate(ops: Ops, activation: Activation, x: Tensor): Tensor {
  switch (activation.type) {
    case 'linear':
      return x;
    case 'relu':
      return ops.tf.relu(x);
    case 'tanh':
      return ops.tanh(x);
    case 'sigmoid':
      return ops.tf.sigmoid(x);
    case 'leakyrelu':
      return ops.tf.leakyRelu(x, activation.slope);
  }
}

/** Outputs of LeakyReLU between 0 and this get a wrong slope; float32 sums of scaled values do not lie there. */
const leakyStep = 1e-20;

/** The gradient before an activation from the one after it and from what the activation gave. */
export function activationGradient(
  ops: Ops,
  activation: Activation,
  output: Tensor,
  gradient: Tensor,
): Tensor {
  const { tf } = ops;
  switch (activation.type) {
    case 'linear':
      return gradient;
    case 'relu':
    case 'leakyrelu': {
      // The slope, a or 1, is Clip(y, a t, t) / t with a tiny t: that of the negative side at 0, as in Keras.
      const slope = 'slope' in activation ? activation.slope : 0;
      const clipped = tf.clipByValue(output, slope * leakyStep, leakyStep);
      return tf.mul(gradient, ops.scale(clipped, 1 / leakyStep));
    }
    case 'tanh':
      return tf.mul(gradient, tf.sub(ops.constant(1), tf.square(output)));
    case 'sigmoid':
      return tf.mul(gradient, tf.mul(output, tf.sub(ops.constant(1), output)));
  }
}

function dense(ops: Ops, activation: Activation, a: Tensor, b: Tensor, bias: Tensor): Tensor {
  const { fused } = ops.tf;
  if (activation.type === 'tanh') return ops.tanh(fused.matMul({ a, b, bias, activation: 'linear' }));
  if (activation.type !== 'leakyrelu') return fused.matMul({ a, b, bias, activation: activation.type });
  return fused.matMul({ a, b, bias, activation: 'leakyrelu', leakyreluAlpha: activation.slope });
}

/**
 * The forward pass of a batch.
 * @param x batch x columns, before the input's activation
 * @param noise of a training step; without it z is the mean and nothing is dropped
 */
export function forward(
  ops: Ops,
  network: Network,
  x: Tensor,
  parameters: readonly Tensor[],
  noise?: LayerNoise,
): LayerValues[] {
  const { tf } = ops;
  const values: LayerValues[] = [];
  let input = activate(ops, network.description.inputActivation, x);
  for (const [index, layer] of network.layers.entries()) {
    const sum = dense(ops, layer.activation, input, parameters[2 * index]!, parameters[2 * index + 1]!);
    const random = noise?.get(index);
    if (layer.kind === 'gaussian') {
      const size = [sum.shape[0]!, layer.outputs];
      const mean = tf.slice(sum, [0, 0], size);
      const logVariance = tf.slice(sum, [0, layer.outputs], size);
      const spread = random === undefined ? undefined : tf.mul(tf.exp(ops.scale(logVariance, 0.5)), random);
      const output = spread === undefined ? mean : tf.add(mean, spread);
      values.push({ input, output, latent: { mean, logVariance, spread } });
      input = output;
    } else {
      values.push({ input, output: sum });
      input = random === undefined ? sum : tf.mul(sum, random);
    }
  }
  return values;
}
