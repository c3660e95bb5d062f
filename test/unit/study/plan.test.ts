import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { planStudies } from '../../../services/study/plan.js';

const samples = [
  { name: 'zee', kind: 'background' },
  { name: 'ttbar', kind: 'background' },
  { name: 'zprime', kind: 'signal' },
  { name: 'chargino', kind: 'signal' },
  { name: 'periodA', kind: 'data' },
] as const;

function idsOf(
  study: Readonly<Record<string, unknown>>,
  given: Partial<Parameters<typeof planStudies>[0]> = {},
) {
  const overrides = Object.entries({ 'features.type': 'rmm', ...study }).map(([path, value]) => ({
    path,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    flag: '--set',
  }));
  const { config } = loadConfig({
    environment: {},
    overrides,
    currentDirectory: '/',
    needs: 'none',
    resolveFiles: false,
  });
  return planStudies({ config, samples, trainedColumns: [3, 4], ...given }).map(({ id }) => id);
}

const none = {
  'study.channel_removal': false,
  'study.scaling_factors': [],
  'study.shuffled_pairs': [],
  'study.dummy_shares': [],
  'study.injected_shares': [],
};

test('each study can be switched off, and all of them', () => {
  assert.deepEqual(idsOf(none), []);
});

test('every background sample is left out once and trained on alone once', () => {
  assert.deepEqual(idsOf({ ...none, 'study.channel_removal': true }), [
    'removed-zee',
    'removed-ttbar',
    'alone-zee',
    'alone-ttbar',
  ]);
  const lonely = samples.filter(({ name }) => name !== 'ttbar');
  assert.deepEqual(idsOf({ ...none, 'study.channel_removal': true }, { samples: lonely }), []);
});

test('the reduced form of scaling is one of the matrix alone', () => {
  const scaling = { ...none, 'study.scaling_factors': [1.5, 10] };
  assert.deepEqual(idsOf(scaling), [
    'pt_scaling-1.5',
    'pt_scaling-10',
    'cell_scaling-1.5',
    'cell_scaling-10',
  ]);
  assert.deepEqual(idsOf({ ...scaling, 'features.type': 'report33' }), ['pt_scaling-1.5', 'pt_scaling-10']);
});

test('every signal is injected, or those that are named', () => {
  const injected = { ...none, 'study.injected_shares': [0.001, 0.1] };
  assert.equal(idsOf(injected).length, 4);
  assert.deepEqual(idsOf({ ...injected, 'study.injected_signals': ['chargino'] }), [
    'contaminated-chargino-0.001',
    'contaminated-chargino-0.1',
  ]);
});
