import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { loadProfile, parseProfile, profileNames } from '../../../lib/config/profile.js';
import { describeMismatch, matchProfile, neededBranches } from '../../../lib/config/profile-branches.js';

const openData = () => loadProfile('atlas-open-data-2020', '.');
const text = readFileSync(join(packageRoot, 'schemas/profiles/atlas-open-data-2020.yaml'), 'utf8');

function failure(work: () => unknown): RmmError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof RmmError);
    return error;
  }
  assert.fail('nothing was thrown');
}

test('the Open Data profile: weight factors of physics.md 1, MeV to GeV, no trigger asked for', () => {
  assert.deepEqual(profileNames(), ['atlas-open-data-2020']);
  const profile = openData();
  assert.deepEqual(profile.weight, {
    factors: [
      'mcWeight',
      'scaleFactor_PILEUP',
      'scaleFactor_ELE',
      'scaleFactor_MUON',
      'scaleFactor_LepTRIGGER',
      'scaleFactor_BTAG',
    ],
    cross_section_pb: 'XSection',
    sum_weights: 'SumWeights',
  });
  assert.deepEqual(profile.default_triggers, []);
  assert.equal(profile.tree, 'mini');
});

test('branches needed: only what the features, the kind and the triggers read', () => {
  const matrix = neededBranches(openData(), { features: 'rmm', kind: 'background', triggers: ['trigM'] });
  assert.deepEqual(
    matrix.map(({ field, branch, factor, shape }) => [field, branch, factor, shape]),
    [
      ['run', 'runNumber', 1, 'scalar'],
      ['event', 'eventNumber', 1, 'scalar'],
      ['channel', 'channelNumber', 1, 'scalar'],
      ['met', 'met_et', 0.001, 'scalar'],
      ['metPhi', 'met_phi', 1, 'scalar'],
      ['parentEvent', 'parentEventNumber', 1, 'scalar'],
      ['leptons.pt', 'lep_pt', 0.001, 'jagged'],
      ['leptons.eta', 'lep_eta', 1, 'jagged'],
      ['leptons.phi', 'lep_phi', 1, 'jagged'],
      ['leptons.energy', 'lep_E', 0.001, 'jagged'],
      ['leptons.type', 'lep_type', 1, 'jagged'],
      ['leptons.ptcone30', 'lep_ptcone30', 0.001, 'jagged'],
      ['leptons.etcone20', 'lep_etcone20', 0.001, 'jagged'],
      ['jets.pt', 'jet_pt', 0.001, 'jagged'],
      ['jets.eta', 'jet_eta', 1, 'jagged'],
      ['jets.phi', 'jet_phi', 1, 'jagged'],
      ['jets.energy', 'jet_E', 0.001, 'jagged'],
      ['jets.jvt', 'jet_jvt', 1, 'jagged'],
      ['jets.btag', 'jet_MV2c10', 1, 'jagged'],
      ['weight.factors[0]', 'mcWeight', 1, 'scalar'],
      ['weight.factors[1]', 'scaleFactor_PILEUP', 1, 'scalar'],
      ['weight.factors[2]', 'scaleFactor_ELE', 1, 'scalar'],
      ['weight.factors[3]', 'scaleFactor_MUON', 1, 'scalar'],
      ['weight.factors[4]', 'scaleFactor_LepTRIGGER', 1, 'scalar'],
      ['weight.factors[5]', 'scaleFactor_BTAG', 1, 'scalar'],
      ['weight.crossSection', 'XSection', 1, 'scalar'],
      ['weight.sumWeights', 'SumWeights', 1, 'scalar'],
      ['triggers.trigM', 'trigM', 1, 'scalar'],
    ],
  );
  const table = neededBranches(openData(), { features: 'report33', kind: 'data', triggers: [] });
  const fields = table.map((need) => need.field);
  assert.deepEqual(
    ['leptons.d0Significance', 'leptons.tight', 'leptons.charge', 'leptons.z0'].filter((f) =>
      fields.includes(f),
    ).length,
    4,
  );
  assert.equal(
    fields.some((field) => field.startsWith('weight.')),
    false,
  );
});

test('a missing branch is named with the nearest ones that exist', () => {
  const needed = neededBranches(openData(), { features: 'rmm', kind: 'data', triggers: [] });
  const present = needed
    .filter((need) => need.field !== 'parentEvent')
    .map((need) => ({ name: need.branch === 'lep_pt' ? 'lepton_pt' : need.branch }));
  const match = matchProfile(needed, present);
  assert.equal(match.fits, false);
  assert.deepEqual(
    match.missing.map((missing) => missing.branch),
    ['lep_pt'],
  );
  assert.equal(
    describeMismatch(match)[0],
    'missing branch lep_pt (leptons.pt); the nearest there are lepton_pt, lep_eta, lep_phi',
  );
  assert.equal(matchProfile(needed, [...present, { name: 'lep_pt' }]).fits, true);
});

test('a branch of another type or shape does not fit; wider numbers do', () => {
  const needed = neededBranches(openData(), { features: 'rmm', kind: 'data', triggers: ['trigE'] });
  const usual = { real: 'float64', integer: 'int64', boolean: 'bool' } as const;
  const present = needed.map((need) => ({
    name: need.branch,
    type: usual[need.value] as string | null,
    shape: { kind: need.shape as 'scalar' | 'fixed' | 'jagged' },
  }));
  assert.equal(matchProfile(needed, present).fits, true);
  const change = (name: string, to: Partial<(typeof present)[number]>) =>
    describeMismatch(
      matchProfile(
        needed,
        present.map((branch) => (branch.name === name ? { ...branch, ...to } : branch)),
      ),
    );
  assert.deepEqual(change('lep_pt', { shape: { kind: 'scalar' } }), [
    'branch lep_pt (leptons.pt) is float64, scalar, expected real, jagged',
  ]);
  assert.deepEqual(change('met_et', { type: 'int32' }), [
    'branch met_et (met) is int32, scalar, expected real, scalar',
  ]);
  assert.deepEqual(change('trigE', { type: null }), [
    'branch trigE (triggers.trigE) is of a type that cannot be read, expected boolean, scalar',
  ]);
});

test('profiles that are not there or not valid', () => {
  assert.equal(
    failure(() => loadProfile('atlas-open-data-2016', '.')).message,
    'found the profile "atlas-open-data-2016", expected one of atlas-open-data-2020, or the path of a .yaml file; did you mean "atlas-open-data-2020"?',
  );
  assert.equal(failure(() => loadProfile('mine.yaml', '/nowhere')).code, 'profile_unknown');
  const unknown = failure(() => parseProfile(text.replace('met_phi:', 'met_fi:'), 'mine.yaml'));
  assert.equal(unknown.code, 'profile_invalid');
  assert.match(unknown.message, /mine\.yaml:10:3: event\.met_fi: unknown key; did you mean "met_phi"\?/);
  assert.match(unknown.message, /mine\.yaml:6:3: event\.met_phi: missing, expected a map/);
  const trigger = failure(() =>
    parseProfile(text.replace('default_triggers: []', 'default_triggers: [trigX]'), 'm'),
  );
  assert.match(
    trigger.message,
    /default_triggers\[0\]: found "trigX", expected the name of one of triggers: trigE, trigM/,
  );
});
