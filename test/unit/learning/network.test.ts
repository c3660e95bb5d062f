import assert from 'node:assert/strict';
import test from 'node:test';
import { initialParameters } from '../../../lib/learning/initialise.js';
import {
  type Activation,
  buildNetwork,
  type LayerDescription,
  latentLayer,
  type NetworkDescription,
} from '../../../lib/learning/network.js';
import { networkFromJson, networkToJson } from '../../../lib/learning/network-json.js';
import { networkPresets, stackedNetwork } from '../../../lib/learning/network-presets.js';
import { expectError } from './expect-error.js';
import { leaky, tanh } from './fixtures.js';

/** Dense hidden layers with an activation each, the last one that of the output. */
function stacked(
  widths: readonly number[],
  activations: readonly Activation[],
  input?: Activation,
): NetworkDescription {
  const at = (index: number): Activation => activations[index] ?? { type: 'linear' };
  const hidden = widths.map((units, index) => ({ units, activation: at(index) }));
  return stackedNetwork(hidden, { activation: at(widths.length) }, input);
}

const n = 529;
const short = (activation: Activation): string =>
  activation.type === 'leakyrelu' ? `leaky ${activation.slope}` : activation.type;

// physics.md section 5, written out.
const table: Record<string, { first: string; widths: number[]; activations: string[] }> = {
  ae_small: { first: 'tanh', widths: [150, n], activations: ['leaky 0.3', 'leaky 0.3'] },
  ae_large: {
    first: 'tanh',
    widths: [450, 300, 200, 150, 200, 300, 450, n],
    activations: ['tanh', 'leaky 0.3', 'relu', 'leaky 0.3', 'relu', 'leaky 0.3', 'tanh', 'leaky 0.3'],
  },
  vae_small: { first: 'tanh', widths: [150, n], activations: ['linear', 'leaky 0.3'] },
  vae_large: {
    first: 'relu',
    widths: [400, 300, 200, 150, 200, 300, 400, n],
    activations: ['tanh', 'relu', 'leaky 0.3', 'linear', 'leaky 0.3', 'relu', 'tanh', 'sigmoid'],
  },
  ae_small_code: { first: 'linear', widths: [n, 150, n], activations: ['tanh', 'leaky 0.3', 'leaky 0.3'] },
  ae_large_code: {
    first: 'linear',
    widths: [n, 450, 300, 200, 150, 200, 350, 450, n],
    activations: ['tanh', 'tanh', 'leaky 0.3', 'relu', 'leaky 0.3', 'relu', 'leaky 0.3', 'tanh', 'leaky 0.3'],
  },
};

for (const [name, expected] of Object.entries(table)) {
  test(`${name} has the widths and activations of the thesis`, () => {
    const network = buildNetwork(networkPresets[name]!, n);
    assert.equal(network.description.name, name);
    assert.equal(short(network.description.inputActivation), expected.first);
    assert.deepEqual(
      network.layers.map((layer) => layer.outputs),
      expected.widths,
    );
    assert.deepEqual(
      network.layers.map((layer) => short(layer.activation)),
      expected.activations,
    );
    assert.deepEqual(
      network.layers.map((layer) => layer.inputs),
      [n, ...expected.widths.slice(0, -1)],
    );
  });
}

test('parameters are listed kernel, bias, kernel, bias', () => {
  const network = buildNetwork(networkPresets.ae_small!, 8);
  assert.deepEqual(network.parameters, [
    { name: 'dense_0/kernel', dims: [8, 150], size: 1200 },
    { name: 'dense_0/bias', dims: [150], size: 150 },
    { name: 'dense_1/kernel', dims: [150, 8], size: 1200 },
    { name: 'dense_1/bias', dims: [8], size: 8 },
  ]);
});

test('a variational network has mean and log variance side by side in its latent layer', () => {
  for (const [name, latent] of [
    ['vae_small', 0],
    ['vae_large', 3],
    ['ae_large', -1],
  ] as const) {
    const network = buildNetwork(networkPresets[name]!, 8);
    assert.equal(latentLayer(network), latent);
    for (const [index, { inputs, outputs }] of network.layers.entries()) {
      const width = index === latent ? 2 * outputs : outputs;
      assert.deepEqual(network.parameters[2 * index]!.dims, [inputs, width]);
      assert.deepEqual(network.parameters[2 * index + 1]!.dims, [width]);
    }
  }
});

const linear: Activation = { type: 'linear' };
const gaussian: LayerDescription = { units: 4, activation: linear, kind: 'gaussian' };

test('layers that contradict themselves are refused', () => {
  const refuse = (hidden: readonly LayerDescription[], message: RegExp, output: object = {}) =>
    expectError(
      () => buildNetwork(stackedNetwork(hidden, { activation: leaky, ...output }), 9),
      'network_invalid',
      message,
    );
  const plain: LayerDescription = { units: 4, activation: leaky };
  refuse([gaussian, plain, gaussian], /has 2 gaussian layers; expected at most one/);
  refuse([{ ...gaussian, activation: leaky }], /layer 1 of 2: a gaussian layer is linear, found leakyrelu/);
  refuse([{ ...gaussian, dropout: 0.1 }], /neither dropout nor penalties/);
  refuse([{ ...gaussian, kernelL2: 0.1 }], /neither dropout nor penalties/);
  refuse([plain], /layer 2 of 2: the last layer cannot be gaussian/, {
    kind: 'gaussian',
    activation: linear,
  });
  refuse([plain], /layer 2 of 2: the last layer.*neither dropout nor activity/, { dropout: 0.1 });
  refuse([plain], /layer 2 of 2: the last layer.*neither dropout nor activity/, { activityL1: 0.1 });
  refuse([{ ...plain, dropout: 1 }], /dropout is 1/);
  refuse([{ ...plain, kernelL1: -1 }], /kernelL1 is -1/);
  refuse([{ ...plain, activityL2: Number.NaN }], /activityL2 is NaN/);
  const strange = (key: string) => ({ ...plain, [key]: 'strange' }) as LayerDescription;
  refuse([strange('kind')], /unknown kind "strange"/);
  refuse([strange('initialiser')], /unknown initialiser "strange"/);
});

test('descriptions that cannot be built are refused with the layer named', () => {
  const refuse = (description: NetworkDescription, columns: number, message: RegExp) =>
    expectError(() => buildNetwork(description, columns), 'network_invalid', message);
  refuse(stacked([5, 0], []), 9, /layer 2 of 3 is 0 wide/);
  refuse(stacked([5, 2.5], []), 9, /layer 2 of 3 is 2.5 wide/);
  refuse(stacked([5, 99_999], []), 9, /layer 2 of 3 is 99999 wide/);
  refuse(stacked([5], []), 0, /trained columns is 0/);
  refuse({ name: 'x', inputActivation: tanh, layers: [] }, 9, /has no layers/);
  refuse(
    { name: 'x', inputActivation: tanh, layers: [{ units: 8, activation: tanh }] },
    9,
    /give back all 9/,
  );
  refuse(stacked(Array(64).fill(3), []), 9, /65 layers/);
  refuse(stacked([5], [{ type: 'leakyrelu', slope: -0.1 }]), 9, /slope of leakyrelu is -0.1/);
  refuse(stacked([5], [{ type: 'leakyrelu', slope: Number.NaN }]), 9, /NaN/);
  const unknown = { type: 'gelu' } as unknown as Activation;
  refuse(stacked([5], [unknown]), 9, /layer 1 of 2: unknown activation "gelu"/);
  refuse(stacked([5], [tanh], unknown), 9, /input activation: unknown activation "gelu"/);
});

test('a description survives JSON, and anything else is refused', () => {
  const description = stacked([5, 3], [tanh, leaky, { type: 'sigmoid' }], { type: 'relu' });
  const json = JSON.parse(JSON.stringify(networkToJson(description))) as Record<string, unknown>;
  assert.deepEqual(networkFromJson(json, 'here'), description);
  const refuse = (value: unknown, message: RegExp) =>
    expectError(() => networkFromJson(value, 'here'), 'model_corrupt', message);
  refuse({ ...json, layers: [{ units: 3, activation: tanh, dropout: '1' }] }, /"dropout" is not a number/);
  refuse([], /here is not a JSON object/);
  refuse({ ...json, name: 3 }, /"name"/);
  refuse({ ...json, layers: {} }, /"layers"/);
  refuse({ ...json, layers: [{ units: 'all', activation: tanh }] }, /layer 0 has the units "all"/);
  refuse({ ...json, layers: [{ units: 3, activation: { type: 'swish' } }] }, /"swish"/);
  refuse({ ...json, layers: [{ units: 3, activation: { type: 'leakyrelu' } }] }, /no slope/);
  refuse({ ...json, input_activation: 'tanh' }, /input_activation/);
});

test('every field of a layer survives JSON, and a field with its default is left out', () => {
  const hidden: LayerDescription[] = [
    {
      units: 5,
      activation: tanh,
      dropout: 0.25,
      kernelL1: 0.5,
      kernelL2: 0.1,
      activityL1: 0.05,
      activityL2: 0.01,
      initialiser: 'he_normal',
    },
    gaussian,
  ];
  const description = stackedNetwork(hidden, { activation: leaky });
  const json = JSON.parse(JSON.stringify(networkToJson(description))) as { layers: object[] };
  assert.deepEqual(json.layers[0], {
    units: 5,
    activation: tanh,
    initialiser: 'he_normal',
    dropout: 0.25,
    kernel_l1: 0.5,
    kernel_l2: 0.1,
    activity_l1: 0.05,
    activity_l2: 0.01,
  });
  assert.deepEqual(networkFromJson(json, 'here'), description);

  const usual: LayerDescription = { units: 5, activation: tanh, kind: 'dense', dropout: 0, kernelL1: 0 };
  const written = networkToJson(stackedNetwork([{ ...usual, initialiser: 'glorot_uniform' }], usual));
  assert.deepEqual(written.layers[0], { units: 5, activation: tanh });
});

test('both halves of a gaussian layer are drawn as layers of their own width', () => {
  const network = buildNetwork(networkPresets.vae_small!, 100);
  const kernel = initialParameters(network, 1)[0]!;
  const limit = Math.sqrt(6 / 250);
  const halves = [0, 1].map((half) => kernel.filter((_, at) => Math.floor((at % 300) / 150) === half));
  for (const half of halves) {
    const largest = half.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert.ok(largest <= limit && largest > 0.999 * limit);
  }
  assert.notDeepEqual(halves[0], halves[1]);
});

test('first parameters fill the Glorot range evenly, follow the seed, and biases are 0', () => {
  const network = buildNetwork(networkPresets.ae_small!, 100);
  const [kernel, bias] = initialParameters(network, 1);
  const limit = Math.sqrt(6 / 250);
  assert.ok(kernel!.every((value) => Math.abs(value) <= limit));
  const mean = kernel!.reduce((sum, value) => sum + value, 0) / kernel!.length;
  const variance = kernel!.reduce((sum, value) => sum + value * value, 0) / kernel!.length;
  // Standard errors: limit / sqrt(3 N) and about 0.9 x limit^2 / 3 / sqrt(N).
  assert.ok(Math.abs(mean) < (5 * limit) / Math.sqrt(3 * kernel!.length));
  assert.ok(Math.abs(variance / (limit ** 2 / 3) - 1) < 5 / Math.sqrt(kernel!.length));
  assert.ok(bias!.every((value) => value === 0));
  assert.deepEqual(initialParameters(network, 1)[2], initialParameters(network, 1)[2]);
  assert.notDeepEqual(initialParameters(network, 2)[0], kernel);
});
