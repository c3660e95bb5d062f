import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import { type ClipDescription, type LossDescription, plainTraining } from '../../../lib/learning/loss.js';
import { buildNetwork, type Network } from '../../../lib/learning/network.js';
import { type NetworkFile, networkFromJson } from '../../../lib/learning/network-json.js';

/** Some values of a tensor, `stride` apart, and the norm of all. */
export interface Sample {
  readonly stride: number;
  readonly values: readonly number[];
  readonly norm: number;
}

/** One network with its training, and what Keras makes of it; keys as make_keras.py writes them. */
export interface Case {
  readonly columns: number;
  readonly input_activation: NetworkFile['input_activation'];
  readonly layers: NetworkFile['layers'];
  readonly loss?: LossDescription['type'];
  readonly delta?: number;
  readonly beta?: number;
  /** Seed of them. */
  readonly feature_weights?: number;
  readonly clip?: ClipDescription['type'];
  readonly limit?: number;
  readonly sample_weights?: 'ones';
  /** Bounds of the inputs. */
  readonly inputs?: readonly [number, number];
  readonly outputs: readonly (readonly number[])[];
  readonly gradients: readonly Sample[];
  readonly after_one_step: readonly Sample[];
  readonly losses: readonly number[];
  readonly evaluations: readonly number[];
  readonly after_steps: readonly Sample[];
  readonly fit_losses?: readonly number[];
  readonly after_fit?: readonly Sample[];
}

interface Golden {
  readonly batch: number;
  readonly rows: number;
  readonly steps: number;
  readonly epochs: number;
  readonly learning_rate: number;
  readonly cases: Readonly<Record<string, Case>>;
  readonly initialisers: Readonly<
    Record<string, { inputs: number; outputs: number; largest: number; deviation: number }>
  >;
}

export const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/learning/keras.json'), 'utf8'),
) as Golden;

/** The generator of make_keras.py. */
function uniform(seed: number, count: number, low: number, high: number): Float32Array {
  const out = new Float32Array(count);
  let state = seed;
  for (let index = 0; index < count; index++) {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    out[index] = low + (high - low) * (state / 2 ** 32);
  }
  return out;
}

export function networkOf({ columns, input_activation, layers }: Case): Network {
  return buildNetwork(networkFromJson({ name: 'golden', input_activation, layers }, 'keras.json'), columns);
}

export function parametersOf(network: Network): Float32Array[] {
  return network.parameters.map((spec, index) => {
    const limit = spec.dims.length === 2 ? Math.sqrt(6 / (spec.dims[0]! + spec.dims[1]!)) : 0.05;
    return uniform(1000 + index, spec.size, -limit, limit);
  });
}

export function trainingOf(item: Case): { loss: LossDescription; clip: ClipDescription } {
  const { loss: type = 'mse', delta = 1, beta = 1, feature_weights: seed } = item;
  const featureWeights = seed === undefined ? {} : { featureWeights: uniform(seed, item.columns, 0, 3) };
  const clip = item.clip === undefined ? plainTraining.clip : { type: item.clip, limit: item.limit! };
  return { loss: { type, delta, beta, ...featureWeights }, clip };
}

/** All rows of a case. */
export function rowsOf(item: Case): { x: Float32Array; weights: Float32Array } {
  const [low, high] = item.inputs ?? [-2, 2];
  const weights =
    item.sample_weights === 'ones' ? new Float32Array(golden.rows).fill(1) : uniform(8, golden.rows, 0, 2);
  return { x: uniform(7, golden.rows * item.columns, low, high), weights };
}

/** eps and masks of a step, counted from 0. */
export function noiseOf(network: Network, step: number): Float32Array[] {
  return network.noise.map(({ layer, width, kind, rate }) =>
    uniform(5000 + 100 * step + layer, golden.batch * width, 0, 1).map((value) => {
      if (kind === 'normal') return 4 * value - 2;
      return value < rate ? 0 : 1 / (1 - rate);
    }),
  );
}
