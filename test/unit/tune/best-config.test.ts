import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { networkFromJson } from '../../../lib/learning/network-json.js';
import { networkOf } from '../../../services/trainer/config.js';
import { bestConfiguration } from '../../../services/tune/best-config.js';
import type { TrialRecord } from '../../../services/tune/trial-record.js';
import { folderWith } from '../config/fixtures.js';

const best: TrialRecord = {
  id: '0123456789abcdef',
  sample: 's',
  settings: 't',
  network: {
    name: 'stacked',
    input_activation: { type: 'leakyrelu', slope: 0.05 },
    layers: [
      { units: 40, activation: { type: 'leakyrelu', slope: 0.05 } },
      { units: 4, activation: { type: 'tanh' }, kernel_l1: 0.1 },
      { units: 40, activation: { type: 'leakyrelu', slope: 0.05 } },
      { units: 'columns', activation: { type: 'leakyrelu', slope: 0.05 } },
    ],
  },
  latent: 4,
  learning_rate: 0.00123,
  errors: [0.5, 0.4, 0.3],
  losses: [0.5, 0.4, 0.3],
  seconds: 1,
};

const yaml = `input:
  samples:
    - {name: zee, kind: background, files: [mc/zee.root, "mc/more*.root"]}
network: {type: ae_large}
training:
  epochs: 7
  passes: 4
  batch_events: 512
  schedule: {type: cosine, warmup_steps: 5}
  loss: {type: huber, feature_weights: [{features: "m*", weight: 2}, {features: met}]}
scores: [error, error_normalised, knn, {type: rank_average, name: both, of: [error_normalised, knn]}]
output: {directory: results/}
`;

test('best.yaml is the given configuration with the network and training of the best, read from where it lies', (context) => {
  const folder = folderWith(context, {
    'in/analysis.yaml': yaml,
    'in/mc/zee.root': 'z',
    'in/mc/more1.root': 'm',
  });
  const options = { environment: { RMMSTREAM__SCALER__TYPE: 'minmax' }, needs: 'background' } as const;
  const loaded = loadConfig({
    ...options,
    file: 'in/analysis.yaml',
    currentDirectory: folder,
    overrides: [{ path: 'training.seed', value: 9, flag: '--set' }],
  });
  const directory = join(folder, 'a', 'tune');
  const text = bestConfiguration(best, loaded, directory);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'best.yaml'), text);
  assert.match(text, /trial 0123456789abcdef, validation error 0\.30000 after 3 epochs/);
  assert.ok(!text.includes(folder), 'no absolute path');

  // Without the environment and the flag: best.yaml says what they said.
  const found = loadConfig({
    environment: {},
    needs: 'background',
    file: join(directory, 'best.yaml'),
    currentDirectory: folder,
  });
  const { layers, inputActivation } = networkOf(found.config);
  const expected = networkFromJson(best.network, 'test');
  assert.deepEqual(inputActivation, expected.inputActivation);
  assert.deepEqual(
    layers.map(({ units, activation, kernelL1 = 0 }) => ({ units, activation, kernelL1 })),
    expected.layers.map(({ units, activation, kernelL1 = 0 }) => ({ units, activation, kernelL1 })),
  );
  const { training } = found.config;
  assert.deepEqual(
    [training.epochs, training.passes, training.learning_rate, training.schedule.type],
    [3, 1, 0.00123, 'constant'],
  );
  assert.deepEqual([training.batch_events, training.seed, found.config.scaler.type], [512, 9, 'minmax']);
  for (const key of ['scores', 'scaler', 'selection', 'features'] as const)
    assert.deepEqual(found.config[key], loaded.config[key]);
  assert.deepEqual(training.loss, loaded.config.training.loss);
  assert.equal(found.config.output.directory, 'results-best');
  assert.deepEqual(
    found.samples[0]!.files.map(({ path }) => path),
    loaded.samples[0]!.files.map(({ path }) => path),
  );
});
