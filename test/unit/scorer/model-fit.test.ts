import assert from 'node:assert/strict';
import test from 'node:test';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { featurizerOf } from '../../../services/featurizer/config.js';
import { featureDifferences, refuseMisfit, settingsOf } from '../../../services/scorer/model-fit.js';
import type { LoadedModel } from '../../../services/scorer/model-folder.js';
import { modelFeatures } from '../../../services/trainer/training-record.js';

function configWith(more: Readonly<Record<string, string>> = {}): LoadedConfig {
  const overrides = Object.entries(more).map(([path, value]) => ({ path, value, flag: path }));
  const options = { environment: {}, currentDirectory: '/', needs: 'none', resolveFiles: false } as const;
  return loadConfig({ ...options, overrides });
}

function modelFor({ config, profile }: LoadedConfig): LoadedModel {
  const { layout } = featurizerOf(config);
  const { selection, features } = config;
  const record = { settings: { selection, features }, profile };
  return {
    id: 'abc',
    model: { features: modelFeatures(features, layout), record },
  } as unknown as LoadedModel;
}

const usual = configWith();

function refused(model: LoadedModel, ...messages: readonly RegExp[]): void {
  for (const message of messages)
    assert.throws(() => refuseMisfit(model, usual, 'the run'), { code: 'model_mismatch', message });
}

test('a model fits data of the same columns and selection, however it was trained', () => {
  refuseMisfit(modelFor(usual), usual, 'the run');
  refuseMisfit(modelFor(configWith({ 'training.epochs': '3', 'scaler.type': 'minmax' })), usual, 'the run');
  refuseMisfit(modelFor(configWith({ 'features.min_filled': '7' })), usual, 'the run');
});

test('a model of other multiplicities is refused with the columns that differ', () => {
  refused(
    modelFor(configWith({ 'features.multiplicities.light_jets': '4' })),
    /model abc does not fit the run\. What differs, the run -> model:\n/,
    /features\.multiplicities\.light_jets: 6 -> 4/,
    /layout: rmm\/thesis\/.*j6b6e5m5 -> rmm\/thesis\/.*j4b6e5m5/,
    /columns only of the run \(88\): .*, and 80 more/,
  );
});

test('a model of another convention, energy unit or table is refused with it', () => {
  refused(
    modelFor(configWith({ 'features.convention': 'thesis-code' })),
    /features\.convention: "thesis" -> "thesis-code"/,
  );
  refused(modelFor(configWith({ 'features.divide_by_sqrt_s': 'true' })), /features\.sqrt_s_gev: added/);
  refused(modelFor(configWith({ 'features.type': 'report33' })), /columns only of the model \(33\): njet20/);
});

test('a model of another selection or profile is refused with what differs', () => {
  refused(
    modelFor(configWith({ 'selection.jet_pt_min_gev': '25', 'selection.leptons': 'exactly_2' })),
    /selection\.jet_pt_min_gev: 20 -> 25/,
    /selection\.leptons: "at_least_2" -> "exactly_2"/,
  );
  const model = modelFor(usual);
  const profile = { ...usual.profile, name: 'other' };
  const other = { ...model, model: { ...model.model, record: { ...model.model.record, profile } } };
  refused(other, /profile\.name: .* -> "other"/);
});

test('the same columns in another order are named from the first one on', () => {
  const { features } = modelFor(usual).model;
  const [first, second, ...rest] = features.names;
  const swapped = { ...features, names: [second!, first!, ...rest] };
  assert.deepEqual(featureDifferences(features, swapped, ['a', 'b']), [
    `order of columns, from column 0 on: ${first} -> ${second}`,
  ]);
});

test('a model that does not say how it was made is refused', () => {
  const model = { id: 'abc', model: { record: {} } } as unknown as LoadedModel;
  assert.throws(() => settingsOf(model), { code: 'model_mismatch', message: /model abc does not say/ });
});
