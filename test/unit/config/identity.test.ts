import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import {
  canonicalJson,
  configurationHash,
  configurationIdentity,
  diffConfig,
} from '../../../lib/config/identity.js';
import type { LoadedConfig } from '../../../lib/config/load.js';
import { showConfig } from '../../../lib/config/show.js';
import { check, samples } from './fixtures.js';

function load(context: TestContext, yaml: string, more: Readonly<Record<string, string>> = {}): LoadedConfig {
  const checked = check(context, yaml, {
    overrides: Object.entries(more).map(([path, value]) => ({ path, value, flag: path })),
  });
  assert.deepEqual(checked.problems, []);
  return checked.loaded!;
}

const hash = ({ config, profile }: LoadedConfig) => configurationHash(config, profile);

test('canonical JSON is what Python makes with sort_keys and no spaces', () => {
  const value = { b: [1, 2.5, 'x"y'], a: { z: true, A: 'é' }, '10': 1, '9': 1e-7 };
  // json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False), but for 1e-07 in place of 1e-7.
  assert.equal(canonicalJson(value), '{"10":1,"9":1e-7,"a":{"A":"é","z":true},"b":[1,2.5,"x\\"y"]}');
});

test('what cannot change a result is not in the hash', (context) => {
  const usual = hash(load(context, samples));
  for (const [key, value] of [
    ['engine.workers', '7'],
    ['engine.stall_timeout_ms', '5000'],
    ['learning.threads', '1'],
    ['output.directory', 'elsewhere'],
    ['input.verify_inputs', 'true'],
  ] as const) {
    assert.equal(hash(load(context, samples, { [key]: value })), usual, key);
  }
  // Files have fingerprints of their own.
  assert.equal(hash(load(context, samples.replace('mc/zee.root', '"mc/z*.root"'))), usual);
});

test('what can change a result is in the hash', (context) => {
  const usual = hash(load(context, samples));
  const seen = new Set([usual]);
  for (const [key, value] of [
    ['luminosity_fb', '10'],
    ['training.seed', '2'],
    ['training.split_salt', '1'],
    ['selection.jet_pt_min_gev', '25'],
    ['selection.triggers', '[trigE]'],
    ['features.c', '0.2'],
    ['engine.range_events', '8192'],
    ['learning.score_batch_events', '1024'],
    ['input.max_events', '10'],
    ['output.keep_features', 'false'],
  ] as const) {
    const found = hash(load(context, samples, { [key]: value }));
    assert.equal(seen.has(found), false, key);
    seen.add(found);
  }
  const { config, profile } = load(context, samples);
  assert.notEqual(configurationHash(config, { ...profile, tree: 'nominal' }), usual);
  assert.equal(configurationHash(config, { ...profile, description: 'other words' }), usual);
});

test('keys in another order, and defaults written out, are the same configuration', (context) => {
  const usual = hash(load(context, `${samples}training: {seed: 1, epochs: 10}\n`));
  assert.equal(hash(load(context, `training: {epochs: 10.0}\n${samples}`)), usual);
  assert.equal(hash(load(context, `${samples}features: {convention: thesis, c: 0.15}\n`)), usual);
  assert.equal(
    hash(load(context, `${samples}scores: [error, {type: error_normalised}, error_abs]\n`)),
    usual,
  );
});

test('a difference is named by key and by sample', (context) => {
  const result = ({ config, profile }: LoadedConfig) => configurationIdentity(config, profile);
  const loaded = load(context, samples);
  const before = result(loaded);
  const after = result(
    load(
      context,
      `${samples.replace('ttbar, kind: background', 'ttbar, kind: signal').replace('{name: signal', '{name: zprime')}training: {epochs: 20}\nfeatures: {type: report33}\n`,
    ),
  );
  assert.deepEqual(diffConfig(before, after), [
    'input.samples[ttbar].kind: "background" -> "signal"',
    'input.samples[signal]: removed',
    'input.samples[zprime]: added',
    'features.type: "rmm" -> "report33"',
    'features.convention: removed ("thesis")',
    'features.multiplicities: removed',
    'features.c: removed (0.15)',
    'features.divide_by_sqrt_s: removed (false)',
    'features.sqrt_s_gev: removed (13000)',
    'features.met_min_gev: removed (0)',
    'training.epochs: 10 -> 20',
  ]);
  assert.deepEqual(diffConfig(before, before), []);
  assert.deepEqual(
    diffConfig(before, configurationIdentity(loaded.config, { ...loaded.profile, tree: 'nominal' })),
    ['profile.tree: "mini" -> "nominal"'],
  );
  // What is stored in run.json and read again is alike.
  assert.deepEqual(diffConfig(before, JSON.parse(JSON.stringify(before))), []);
});

test('another order of samples is a difference, since tables show it', () => {
  const one = { samples: [{ name: 'a' }, { name: 'b' }] };
  const two = { samples: [{ name: 'b' }, { name: 'a' }] };
  assert.deepEqual(diffConfig(one, two), ['samples: order changed']);
});

test('what config show prints is the same configuration again', (context) => {
  for (const more of ['', 'features: {type: report13}\nnetwork: {type: stacked, layers: [{units: 3}]}\n']) {
    const first = load(context, samples + more);
    const shown = showConfig(first.config, first.sources);
    assert.match(shown, /kind: background # analysis\.yaml:3:25/);
    assert.match(shown, /triggers: \[\] # follows from the profile atlas-open-data-2020/);
    const again = load(context, `${shown}\n`);
    assert.deepEqual(again.config, first.config);
    assert.equal(hash(again), hash(first));
  }
});
