import type { Activation, Network } from '../network.js';
import type { Affine, Ops } from './ops.js';
import type { Tensor } from './tensorflow.js';

/** What the forward pass of a layer leaves for the backward pass. */
export interface LayerValues {
  /** What the kernel was multiplied with. */
  readonly input: Tensor;
  /** Before the activation; absent where product and activation are one operation. */
  readonly sum?: Tensor;
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

/** Product, bias and activation, in one operation where the activation allows. */
function dense(ops: Ops, activation: Activation, affine: Affine): Pick<LayerValues, 'sum' | 'output'> {
  const { fused } = ops.tf;
  if (activation.type === 'relu') return { output: ops.reluOf(affine) };
  if (activation.type === 'leakyrelu') {
    return { output: fused.matMul({ ...affine, activation: 'leakyrelu', leakyreluAlpha: activation.slope }) };
  }
  const sum = fused.matMul({ ...affine, activation: 'linear' });
  return { sum, output: activate(ops, activation, sum) };
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
  for (const [index, { kind, activation, outputs }] of network.layers.entries()) {
    const affine = { a: input, b: parameters[2 * index]!, bias: parameters[2 * index + 1]! };
    const reached = dense(ops, activation, affine);
    const random = noise?.get(index);
    if (kind === 'gaussian') {
      const latent = takeApart(ops, reached.output, outputs, random);
      const output = latent.spread === undefined ? latent.mean : tf.add(latent.mean, latent.spread);
      values.push({ input, output, latent });
      input = output;
    } else {
      values.push({ input, ...reached });
      input = random === undefined ? reached.output : tf.mul(reached.output, random);
    }
  }
  return values;
}

/** Mean and log variance side by side, batch x 2 width, and what eps adds to the mean. */
function takeApart(ops: Ops, sums: Tensor, width: number, eps: Tensor | undefined): LatentValues {
  const { tf } = ops;
  const size = [sums.shape[0]!, width];
  const mean = tf.slice(sums, [0, 0], size);
  const logVariance = tf.slice(sums, [0, width], size);
  const spread = eps === undefined ? undefined : tf.mul(tf.exp(ops.scale(logVariance, 0.5)), eps);
  return { mean, logVariance, spread };
}
