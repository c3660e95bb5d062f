import assert from 'node:assert/strict';
import test from 'node:test';
import { loadConfig } from '../../../lib/config/index.js';
import { type AlteredTask, planStudies, refuseUnknownSignals } from '../../../services/study/plan.js';
import { backgroundName, scoreHistograms } from '../../../services/study/score-histograms.js';
import { recordName } from '../../../services/study/study.js';

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
  return tasksOf(study, given).map(({ id }) => id);
}

function tasksOf(
  study: Readonly<Record<string, unknown>>,
  given: Partial<Parameters<typeof planStudies>[0]> = {},
) {
  return planStudies({ config: configOf(study), samples, trainedColumns: [3, 4], ...given });
}

function configOf(study: Readonly<Record<string, unknown>>) {
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
  return config;
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

test('a name that is no signal is refused before anything runs', () => {
  const asked = (name: string) => ({ config: configOf({ 'study.injected_signals': [name] }), samples });
  refuseUnknownSignals(asked('zprime'));
  for (const name of ['zprim', 'zee'])
    assert.throws(
      () => refuseUnknownSignals(asked(name)),
      (error: unknown) =>
        (error as { code: string }).code === 'study_signal_unknown' && /zprime, chargino/.test(String(error)),
    );
});

test('the name of a record changes with all that its numbers depend on', () => {
  const altered = (study: Readonly<Record<string, unknown>>, trainedColumns = [3, 4]) =>
    tasksOf({ ...none, 'study.shuffled_pairs': [5], ...study }, { trainedColumns })[0] as AlteredTask;
  const files = (name: string) =>
    ({ samples: [{ name: 'zee', kind: 'background', files: [{ name }] }] }) as unknown as Parameters<
      typeof recordName
    >[2];
  const identity = { base: 'b', model: 'm' };
  const usual = recordName(altered({}), identity, files('a.root'));
  assert.equal(recordName(altered({}), identity, files('a.root')), usual);
  const others = [
    recordName(altered({ 'study.seed': 2 }), identity, files('a.root')),
    recordName(altered({}, [3, 5]), identity, files('a.root')),
    recordName(altered({}), { base: 'c', model: 'm' }, files('a.root')),
    recordName(altered({}), { base: 'b', model: 'n' }, files('a.root')),
    recordName(altered({}), identity, files('b.root')),
    recordName(altered({ 'study.shuffled_pairs': [6] }), identity, files('a.root')),
  ];
  assert.equal(new Set([usual, ...others]).size, 1 + others.length);
});

test('distributions tell the background from a sample of that name, by abs(weight)', () => {
  const events = (error: number[], weights: number[]) => ({
    met: new Float32Array(error.length),
    energy: new Float32Array(error.length),
    weights: Float64Array.from(weights),
    scores: { error: Float32Array.from(error) },
  });
  const { error: found } = scoreHistograms(
    {
      background: events([1, 10, 100], [1, -1, 2]),
      signals: new Map([
        ['background', events([1000], [3])],
        ['empty', events([], [])],
      ]),
    },
    ['error'],
  );
  assert.ok(found!.log10);
  assert.deepEqual(Object.keys(found!.shares), [backgroundName, 'background']);
  const filled = found!.shares[backgroundName]!.filter((share) => share > 0);
  assert.deepEqual(filled, [0.25, 0.25, 0.5]);
  assert.equal(found!.shares.background!.at(-1), 1);
});
