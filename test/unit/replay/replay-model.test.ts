import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { featurizerOf } from '../../../services/featurizer/config.js';
import { refuseOtherFeatures } from '../../../services/replay/replay-model.js';
import type { LoadedModel } from '../../../services/scorer/model-folder.js';

function configWith(more: Readonly<Record<string, string>> = {}) {
  const overrides = Object.entries(more).map(([path, value]) => ({ path, value, flag: path }));
  const options = { environment: {}, currentDirectory: '/', needs: 'none', resolveFiles: false } as const;
  return loadConfig({ ...options, overrides }).config;
}

function modelFor(config: ReturnType<typeof configWith>): LoadedModel {
  const { layout } = featurizerOf(config);
  const record = { feature_layout: layout.id, settings: { features: config.features } };
  return { id: 'abc', model: { scaler: { columns: layout.columns }, record } } as unknown as LoadedModel;
}

test('a model for other features is refused with what differs', () => {
  const config = configWith();
  assert.doesNotThrow(() => refuseOtherFeatures(modelFor(config), config));
  const other = configWith({ 'features.multiplicities.light_jets': '4' });
  assert.throws(() => refuseOtherFeatures(modelFor(other), config), {
    code: 'model_mismatch',
    message: /j4b6e5m5.*\n.*features\.multiplicities\.light_jets: 6 -> 4/,
  });
  const table = configWith({ 'features.type': 'report33' });
  assert.throws(() => refuseOtherFeatures(modelFor(table), config), { code: 'model_mismatch' });
  const weights = configWith({ 'training.epochs': '3' });
  assert.doesNotThrow(() => refuseOtherFeatures(modelFor(weights), config));
});
