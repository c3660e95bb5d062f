import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { initialState, type Trainer } from '../../../lib/learning/backend.js';
import { plainTraining } from '../../../lib/learning/loss.js';
import { type Activation, buildNetwork, type Network } from '../../../lib/learning/network.js';
import { networkPresets } from '../../../lib/learning/network-presets.js';
import { openTestBackend, testedBackends } from '../../support/learning-backends.js';

interface Sample {
  readonly stride: number;
  readonly values: readonly number[];
  readonly norm: number;
}

interface Case {
  readonly columns: number;
  readonly input_activation: Activation;
  readonly layers: readonly { readonly units: number; readonly activation: Activation }[];
  readonly outputs: readonly (readonly number[])[];
  readonly gradients: readonly Sample[];
  readonly after_one_step: readonly Sample[];
  readonly losses: readonly number[];
  readonly after_steps: readonly Sample[];
  readonly fit_losses: readonly number[];
  readonly after_fit: readonly Sample[];
}

interface Golden {
  readonly made_with: string;
  readonly batch: number;
  readonly rows: number;
  readonly steps: number;
  readonly epochs: number;
  readonly learning_rate: number;
  readonly cases: Readonly<Record<string, Case>>;
}

const golden = JSON.parse(
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

function networkOf(item: Case): Network {
  return buildNetwork(
    { name: 'golden', inputActivation: item.input_activation, layers: item.layers },
    item.columns,
  );
}

function parametersOf(network: Network): Float32Array[] {
  return network.parameters.map((spec, index) => {
    const limit = spec.dims.length === 2 ? Math.sqrt(6 / (spec.dims[0]! + spec.dims[1]!)) : 0.05;
    return uniform(1000 + index, spec.size, -limit, limit);
  });
}

/** Largest distance of sampled values from golden ones, as a share of the tensor's largest golden value. */
function distance(actual: Float32Array, expected: Sample): number {
  let largest = 1e-30;
  let worst = 0;
  for (const [index, value] of expected.values.entries()) {
    largest = Math.max(largest, Math.abs(value));
    worst = Math.max(worst, Math.abs(actual[index * expected.stride]! - value));
  }
  assert.equal(expected.values.length, Math.ceil(actual.length / expected.stride));
  return worst / largest;
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function near(actual: number, expected: number, relative: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= relative * Math.abs(expected), `${what}: ${actual}, ${expected}`);
}

for (const backendName of testedBackends()) {
  const backend = await openTestBackend(backendName);
  for (const [name, item] of Object.entries(golden.cases)) {
    const network = networkOf(item);
    const { batch, rows } = golden;
    const x = uniform(7, rows * item.columns, -2, 2);
    const weights = uniform(8, rows, 0, 2);
    const slice = (first: number, last: number) => {
      const part = { x: new Float32Array(batch * item.columns), weights: new Float32Array(batch) };
      part.x.set(x.subarray(first * item.columns, last * item.columns));
      part.weights.set(weights.subarray(first, last));
      return part;
    };
    const create = (): Promise<Trainer> =>
      backend.createTrainer(network, initialState(parametersOf(network)), {
        batch,
        threads: 1,
        ...plainTraining,
      });

    test(`${name} on ${backendName} reconstructs as Keras does`, async () => {
      const reconstructor = await backend.createReconstructor(network, parametersOf(network), {
        batch: 4,
        threads: 1,
      });
      const out = await reconstructor.reconstruct(x.slice(0, 4 * item.columns));
      for (const [row, expected] of item.outputs.entries()) {
        for (const [column, value] of expected.entries()) {
          const actual = out[row * item.columns + column]!;
          assert.ok(Math.abs(actual - value) < 1e-5, `row ${row} column ${column}: ${actual}, ${value}`);
        }
      }
      await reconstructor.release();
    });

    test(`${name} on ${backendName} has Keras' gradients, losses and weights over ten weighted steps`, async () => {
      const trainer = await create();
      for (let step = 0; step < golden.steps; step++) {
        const first = (step % 4) * batch;
        const part = slice(first, first + batch);
        near(
          await trainer.evaluate(part.x, part.weights),
          item.losses[step]!,
          1e-4,
          `loss alone, step ${step}`,
        );
        const loss = await trainer.step({ ...part, noise: [] }, golden.learning_rate);
        near(loss, item.losses[step]!, 1e-4, `loss of step ${step}`);
        if (step > 0) continue;
        const state = trainer.state();
        for (const [index, spec] of network.parameters.entries()) {
          // After the first step m = 0.1 g and v = 0.001 g^2.
          const gradient = state.first[index]!.map((value) => value / 0.1);
          const expected = item.gradients[index]!;
          assert.ok(distance(gradient, expected) < 1e-4, `gradient of ${spec.name}`);
          near(norm(gradient), expected.norm, 1e-4, `norm of the gradient of ${spec.name}`);
          const second = state.second[index]!.map((value) => Math.sqrt(value / 0.001));
          near(norm(second), expected.norm, 1e-4, `second moment of ${spec.name}`);
          assert.ok(distance(state.parameters[index]!, item.after_one_step[index]!) < 1e-5, spec.name);
        }
      }
      const { parameters, step } = trainer.state();
      assert.equal(step, golden.steps);
      for (const [index, spec] of network.parameters.entries()) {
        assert.ok(distance(parameters[index]!, item.after_steps[index]!) < 1e-3, spec.name);
        near(norm(parameters[index]!), item.after_steps[index]!.norm, 1e-4, spec.name);
      }
      await trainer.release();
    });

    test(`${name} on ${backendName} gives the loss per epoch of Keras' fit, tail included`, async () => {
      const trainer = await create();
      for (let epoch = 0; epoch < golden.epochs; epoch++) {
        let sum = 0;
        for (let first = 0; first < rows; first += batch) {
          const real = Math.min(batch, rows - first);
          const part = slice(first, first + real);
          for (let row = 0; row < real; row++) part.weights[row]! *= batch / real;
          sum += real * (await trainer.step({ ...part, noise: [] }, golden.learning_rate));
        }
        near(sum / rows, item.fit_losses[epoch]!, 1e-4, `epoch ${epoch}`);
      }
      const { parameters } = trainer.state();
      for (const [index, spec] of network.parameters.entries()) {
        assert.ok(distance(parameters[index]!, item.after_fit[index]!) < 1e-3, spec.name);
      }
      await trainer.release();
    });
  }
}

test('the golden cases named after presets are the presets', () => {
  for (const name of ['ae_small', 'ae_large']) {
    const item = golden.cases[name]!;
    const preset = buildNetwork(networkPresets[name]!, item.columns);
    assert.deepEqual(preset.layers, networkOf(item).layers);
    assert.deepEqual(preset.description.inputActivation, item.input_activation);
  }
});
