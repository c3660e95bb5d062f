import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { featurizerOf } from '../../../services/featurizer/config.js';
import {
  type BackgroundFile,
  columnSettings,
  dataRecord,
  trainingRecord,
} from '../../../services/trainer/training-record.js';

function loadedWith(more: Readonly<Record<string, string>> = {}) {
  const overrides = Object.entries(more).map(([path, value]) => ({ path, value, flag: path }));
  return loadConfig({
    environment: {},
    currentDirectory: '/',
    needs: 'none',
    resolveFiles: false,
    overrides,
  });
}

const { config, profile } = loadedWith();
const files: BackgroundFile[] = [
  { sample: 'zee', fingerprint: 'b', entries: 10 },
  { sample: 'zee', fingerprint: 'a', entries: 20 },
  { sample: 'ww', fingerprint: 'c', entries: 30 },
];
const of = (list = files, rows = [5, 6, 1], training = config.training) =>
  dataRecord(list, training, rows).fingerprint;

test('the fingerprint of data depends on files, entries, rows and split, and on no order', () => {
  const usual = of();
  assert.match(usual, /^[0-9a-f]{64}$/);
  assert.equal(of([...files].reverse()), usual);
  // As Kafka's records of files come, with more than is asked for.
  assert.equal(of(files.map((file) => ({ ...file, name: 'x.root', bytes: 5 }))), usual);
  for (const [what, other] of [
    ['a file less', of(files.slice(1))],
    ['other entries', of([{ ...files[0]!, entries: 11 }, ...files.slice(1)])],
    ['another file', of([{ ...files[0]!, fingerprint: 'd' }, ...files.slice(1)])],
    ['other rows', of(files, [5, 7, 1])],
    ['rows elsewhere', of(files, [6, 5, 1])],
    ['another salt', of(files, [5, 6, 1], { ...config.training, split_salt: 1 })],
    ['another share', of(files, [5, 6, 1], { ...config.training, train_fraction: 0.7 })],
  ] as const)
    assert.notEqual(other, usual, what);
});

test('the selection hash is that of selection and profile, and of nothing else', () => {
  const hashOf = (loaded: ReturnType<typeof loadedWith>, more = {}) =>
    trainingRecord({
      config: loaded.config,
      profile: { ...loaded.profile, ...more },
      configurationHash: 'c',
      featureLayout: featurizerOf(loaded.config).layout,
      backgroundFiles: files,
      backend: { name: 'b', version: '1' },
      trained: { epochs: [], best: undefined, kept: undefined },
      rows: [5, 1],
    }).selection_hash;
  const usual = hashOf({ ...loadedWith(), config, profile });
  assert.match(usual, /^[0-9a-f]{64}$/);
  assert.equal(hashOf(loadedWith({ 'training.epochs': '3', 'features.convention': 'thesis-code' })), usual);
  assert.equal(hashOf(loadedWith(), { description: 'in other words' }), usual);
  assert.notEqual(hashOf(loadedWith({ 'selection.jet_pt_min_gev': '25' })), usual);
  assert.notEqual(hashOf(loadedWith(), { name: 'other' }), usual);
});

test('rows of a record: megasets without the validation rows, which come last', () => {
  const record = trainingRecord({
    config,
    profile,
    configurationHash: 'c',
    featureLayout: featurizerOf(config).layout,
    backgroundFiles: files,
    generation: 4,
    backend: { name: 'b', version: '1' },
    trained: { epochs: [], best: undefined, kept: undefined },
    rows: [5, 6, 1],
  });
  assert.deepEqual(record.training, { rows: 11, validation_rows: 1, megasets: [5, 6], epochs: [] });
  assert.equal(record.generation, 4);
  assert.deepEqual(
    record.data.files.map(({ sample, fingerprint }) => sample + fingerprint),
    ['wwc', 'zeea', 'zeeb'],
  );
});

test('settings of columns are those that decide what a column holds', () => {
  const { features } = loadedWith({ 'features.divide_by_sqrt_s': 'true', 'features.min_filled': '7' }).config;
  const settings = columnSettings(features);
  assert.equal(settings.sqrt_s_gev, 13_000);
  assert.equal('min_filled' in settings, false);
  assert.deepEqual(columnSettings(loadedWith({ 'features.type': 'report33' }).config.features), {
    type: 'report33',
  });
});
