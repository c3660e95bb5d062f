import type { LossDescription } from '../../../../lib/learning/loss.js';
import type { Activation, DenseLayer, Network } from '../../../../lib/learning/network.js';
import type { TrainBatch } from './cases.js';

type Vector = readonly number[];

function activate(activation: Activation, x: number): number {
  switch (activation.type) {
    case 'linear':
      return x;
    case 'relu':
      return Math.max(0, x);
    case 'tanh':
      return Math.tanh(x);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-x));
    case 'leakyrelu':
      return x > 0 ? x : activation.slope * x;
  }
}

function cell({ type, delta }: LossDescription, output: number, x: number): number {
  const d = output - x;
  switch (type) {
    case 'mse':
      return d * d;
    case 'mae':
      return Math.abs(d);
    case 'huber':
      return Math.abs(d) <= delta ? (d * d) / 2 : delta * (Math.abs(d) - delta / 2);
    case 'bce':
      return -x * Math.log(output) - (1 - x) * Math.log(1 - output);
  }
}

const sum = (values: Vector) => values.reduce((all, value) => all + value, 0);
const penalty = (l1: number, l2: number, values: ArrayLike<number>) =>
  sum(Array.from(values, (value) => l1 * Math.abs(value) + l2 * value * value));

function affine(layer: DenseLayer, kernel: Float64Array, bias: Float64Array, input: Vector): number[] {
  const width = bias.length;
  return Array.from(bias, (start, column) =>
    input.reduce((all, value, row) => all + value * kernel[row * width + column]!, start),
  ).map((value) => activate(layer.activation, value));
}

/** What one event adds to the loss. `noise` is that of its row, by layer. */
function eventLoss(
  network: Network,
  loss: LossDescription,
  parameters: readonly Float64Array[],
  x: Vector,
  noise: ReadonlyMap<number, Vector>,
): number {
  let values: Vector = x.map((value) => activate(network.description.inputActivation, value));
  let extra = 0;
  let variational = false;
  for (const [index, layer] of network.layers.entries()) {
    const output = affine(layer, parameters[2 * index]!, parameters[2 * index + 1]!, values);
    const random = noise.get(index);
    if (layer.kind === 'gaussian') {
      variational = true;
      const mean = output.slice(0, layer.outputs);
      const logVariance = output.slice(layer.outputs);
      values = mean.map((value, at) => value + Math.exp(logVariance[at]! / 2) * random![at]!);
      extra -=
        (loss.beta / 2) *
        sum(mean.map((mu, at) => 1 + logVariance[at]! - mu * mu - Math.exp(logVariance[at]!)));
      continue;
    }
    extra += penalty(layer.penalties.activityL1, layer.penalties.activityL2, output);
    values = random === undefined ? output : output.map((value, at) => value * random[at]!);
  }
  const cells = x.map(
    (value, column) => (loss.featureWeights?.[column] ?? 1) * cell(loss, values[column]!, value),
  );
  return sum(cells) / (variational ? 1 : network.columns) + extra;
}

/** The loss as the comment in loss.ts writes it, event by event, in float64. */
export function lossOf(
  network: Network,
  loss: LossDescription,
  batch: TrainBatch,
  parameters: readonly Float64Array[],
): number {
  const { columns, layers } = network;
  const events = Array.from(batch.weights, (weight, row) => {
    const x = Array.from(batch.x.subarray(row * columns, (row + 1) * columns));
    const noise = new Map(
      network.noise.map(({ layer, width }, at) => [
        layer,
        Array.from(batch.noise[at]!.subarray(row * width, (row + 1) * width)),
      ]),
    );
    return weight * eventLoss(network, loss, parameters, x, noise);
  });
  const kernels = layers.map(({ penalties }, index) =>
    penalty(penalties.kernelL1, penalties.kernelL2, parameters[2 * index]!),
  );
  return sum(events) / batch.weights.length + sum(kernels);
}

/** Loss and gradients, these by central differences: good to about 1e-8. */
export function differentiated(
  network: Network,
  loss: LossDescription,
  batch: TrainBatch,
  start: readonly Float32Array[],
): { loss: number; gradients: Float64Array[] } {
  const parameters = start.map((values) => Float64Array.from(values));
  const step = 1e-6;
  const gradients = parameters.map((values) =>
    values.map((value, at) => {
      values[at] = value + step;
      const above = lossOf(network, loss, batch, parameters);
      values[at] = value - step;
      const below = lossOf(network, loss, batch, parameters);
      values[at] = value;
      return (above - below) / (2 * step);
    }),
  );
  return { loss: lossOf(network, loss, batch, parameters), gradients };
}
