import assert from 'node:assert/strict';
import test from 'node:test';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { type Activation, buildNetwork, type NetworkDescription } from '../../../lib/learning/network.js';
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
  refuse([], /here is not a JSON object/);
  refuse({ ...json, name: 3 }, /"name"/);
  refuse({ ...json, layers: {} }, /"layers"/);
  refuse({ ...json, layers: [{ units: 'all', activation: tanh }] }, /layer 0 has the units "all"/);
  refuse({ ...json, layers: [{ units: 3, activation: { type: 'swish' } }] }, /"swish"/);
  refuse({ ...json, layers: [{ units: 3, activation: { type: 'leakyrelu' } }] }, /no slope/);
  refuse({ ...json, input_activation: 'tanh' }, /input_activation/);
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
