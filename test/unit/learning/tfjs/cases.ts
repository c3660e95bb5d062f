import type { StepInput } from '../../../../lib/learning/backend.js';
import { initialParameters } from '../../../../lib/learning/initialise.js';
import { type LossDescription, meanSquaredLoss } from '../../../../lib/learning/loss.js';
import { buildNetwork, type LayerDescription, type Network } from '../../../../lib/learning/network.js';
import { NoiseSource } from '../../../../lib/learning/noise.js';
import { Random } from '../../../../lib/learning/random.js';
import { leaky, tanh } from '../fixtures.js';

export type TrainBatch = StepInput;

export interface TrainCase {
  readonly name: string;
  readonly network: Network;
  readonly loss: LossDescription;
}

export const columns = 11;
export const rows = 24;

const sigmoid = { type: 'sigmoid' } as const;
const linear = { type: 'linear' } as const;
const relu = { type: 'relu' } as const;

function network(layers: readonly LayerDescription[]): Network {
  return buildNetwork({ name: 'case', inputActivation: tanh, layers }, columns);
}

const plain = network([
  { units: 7, activation: leaky },
  { units: 5, activation: relu },
  { units: 'columns', activation: sigmoid },
]);
const penalised = network([
  { units: 9, activation: tanh, kernelL1: 0.01, dropout: 0.3 },
  { units: 6, activation: leaky, activityL1: 0.02, activityL2: 0.03, dropout: 0.5 },
  { units: 4, activation: sigmoid, kernelL2: 0.05, activityL1: 0.01 },
  { units: 'columns', activation: linear, kernelL1: 0.002, kernelL2: 0.004 },
]);
const variational = network([
  { units: 8, activation: tanh, dropout: 0.25, kernelL2: 0.01 },
  { units: 3, activation: linear, kind: 'gaussian' },
  { units: 6, activation: relu },
  { units: 'columns', activation: leaky },
]);
const featureWeights = Float32Array.from({ length: columns }, (_, column) => 0.2 + 0.3 * (column % 4));

/** Every loss, penalty, activation and kind of noise at least once. */
export const trainCases: readonly TrainCase[] = [
  { name: 'mean squared error', network: plain, loss: meanSquaredLoss },
  { name: 'mean absolute error', network: plain, loss: { ...meanSquaredLoss, type: 'mae', featureWeights } },
  { name: 'Huber loss', network: plain, loss: { ...meanSquaredLoss, type: 'huber', delta: 0.3 } },
  { name: 'cross-entropy', network: plain, loss: { ...meanSquaredLoss, type: 'bce', featureWeights } },
  { name: 'penalties and dropout', network: penalised, loss: { ...meanSquaredLoss, featureWeights } },
  { name: 'variational', network: variational, loss: { ...meanSquaredLoss, beta: 0.7, featureWeights } },
];

/** A batch with targets from 0 to 1, weights and the noise of `step`. */
export function batchFor(of: Network, step = 1): TrainBatch {
  const random = new Random('tfjs', [step]);
  const noise = new NoiseSource(of, 3, rows);
  noise.fill(step);
  return {
    x: Float32Array.from({ length: rows * columns }, () => random.unit()),
    weights: Float32Array.from({ length: rows }, () => 2 * random.unit()),
    noise: noise.arrays,
  };
}

/** Glorot's kernels, and biases that are not 0. */
export function parametersFor(of: Network): Float32Array[] {
  const random = new Random('biases', [1]);
  return initialParameters(of, 2).map((values, index) =>
    index % 2 === 0 ? values : values.map(() => 0.4 * random.unit() - 0.2),
  );
}
