import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Config } from '../../../lib/config/index.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { networkPresets } from '../../../lib/learning/network-presets.js';
import { clipOf, lossOf, networkOf, trainingWarnings } from '../../../services/trainer/config.js';
import { check, lines, samples } from '../config/fixtures.js';

const names = ['met', 'mT(j1)', 'mT(e1)', 'm(e1,j1)', 'h(e1,j1)'];

function configOf(context: TestContext, yaml: string): Config {
  const checked = check(context, samples + yaml);
  assert.deepEqual(lines(checked), []);
  return checked.loaded!.config;
}

test('every network that a configuration may name is a preset', (context) => {
  for (const name of Object.keys(networkPresets))
    assert.equal(networkOf(configOf(context, `network: {type: ${name}}\n`)), networkPresets[name]);
});

test('stacked layers carry kind, penalties, dropout and initialiser', (context) => {
  const config = configOf(
    context,
    `network:
  type: stacked
  input_activation: linear
  output_activation: sigmoid
  initialiser: he_normal
  layers:
    - {units: 9, activation: relu, kernel_l1: 0.5, kernel_l2: 0.1, activity_l1: 0.05, activity_l2: 0.01, dropout: 0.2}
    - {units: 4, kind: gaussian}
`,
  );
  const { layers, description } = buildNetwork(networkOf(config), 20);
  assert.deepEqual(description.inputActivation, { type: 'linear' });
  const none = { kernelL1: 0, kernelL2: 0, activityL1: 0, activityL2: 0 };
  const initialiser = 'he_normal';
  assert.deepEqual(layers, [
    {
      kind: 'dense',
      inputs: 20,
      outputs: 9,
      activation: { type: 'relu' },
      dropout: 0.2,
      penalties: { kernelL1: 0.5, kernelL2: 0.1, activityL1: 0.05, activityL2: 0.01 },
      initialiser,
    },
    {
      kind: 'gaussian',
      inputs: 9,
      outputs: 4,
      activation: { type: 'linear' },
      dropout: 0,
      penalties: none,
      initialiser,
    },
    {
      kind: 'dense',
      inputs: 4,
      outputs: 20,
      activation: { type: 'sigmoid' },
      dropout: 0,
      penalties: none,
      initialiser,
    },
  ]);
});

test('what a gaussian layer or another loss does not read is refused', (context) => {
  const found = lines(
    check(
      context,
      `${samples}network: {type: stacked, layers: [{kind: gaussian, activation: tanh, dropout: 0.1}]}
training: {loss: {type: mse, delta: 2}, clip: {limit: 3}}
`,
    ),
  );
  assert.equal(found.length, 4);
  assert.match(found[0]!, /config_not_applicable .* network.layers\[0\].activation: .*kind is dense/);
  assert.match(found[1]!, /network.layers\[0\].dropout/);
  assert.match(found[2]!, /training.loss.delta: .*training.loss.type is huber/);
  assert.match(found[3]!, /training.clip.limit: .*is value or norm or global_norm/);
});

test('weights of features are bound to trained columns by name, the last pattern first', (context) => {
  const loss =
    '{type: huber, delta: 0.5, beta: 3, feature_weights: [{features: "m*", weight: 2}, {features: "mT*", weight: 0}]}';
  const config = configOf(context, `training: {loss: ${loss}, clip: {type: norm, limit: 4}}\n`);
  assert.deepEqual(lossOf(config, names, Int32Array.of(0, 2, 3, 4)), {
    type: 'huber',
    delta: 0.5,
    beta: 3,
    featureWeights: Float32Array.of(2, 0, 2, 1),
  });
  assert.deepEqual(clipOf(config), { type: 'norm', limit: 4 });
  const plain = configOf(context, '');
  assert.deepEqual(lossOf(plain, names, [0]), { type: 'mse', delta: 1, beta: 1 });
  assert.deepEqual(clipOf(plain).type, 'none');
});

test('a sigmoid output or bce beside standard scaling is warned of', (context) => {
  const warnings = (yaml: string) => trainingWarnings(configOf(context, yaml));
  assert.deepEqual(warnings(''), []);
  assert.deepEqual(warnings('network: {type: vae_small}\n'), []);
  const [only, ...none] = warnings('network: {type: vae_large}\n');
  assert.match(only!, /vae_large ends with a sigmoid.*scaler.type: minmax/);
  assert.deepEqual(none, []);
  const both = 'network: {type: vae_large}\ntraining: {loss: {type: bce}}\n';
  assert.match(warnings(both)[1]!, /training.loss.type: bce/);
  assert.deepEqual(warnings(`${both}scaler: {type: minmax}\n`), []);
});
