import assert from 'node:assert/strict';
import test from 'node:test';
import { geometryOf } from '../../../services/amplify/geometry.js';

test('every branch of ATLAS Open Data has its geometry', () => {
  const phi = ['lep_phi', 'jet_phi', 'met_phi', 'photon_phi', 'tau_phi', 'largeRjet_phi'];
  const eta = ['lep_eta', 'jet_eta', 'photon_eta', 'tau_eta', 'largeRjet_eta', 'lep_z0'];
  const fixed = [
    'runNumber',
    'mcWeight',
    'lep_pt',
    'lep_E',
    'lep_tracksigd0pvunbiased',
    'lep_ptcone30',
    'met_et',
    'jet_jvt',
    'jet_MV2c10',
    'ditau_m',
    'largeRjet_D2',
    'XSection',
    'lep_pt_syst',
  ];
  for (const name of phi) assert.equal(geometryOf(name), 'phi', name);
  for (const name of eta) assert.equal(geometryOf(name), 'eta', name);
  for (const name of fixed) assert.equal(geometryOf(name), 'fixed', name);
  assert.equal(geometryOf('lep_trackd0pvunbiased'), 'd0');
});

test('names of other files: inner branches, cartesian components', () => {
  assert.equal(
    geometryOf('Muon/Muon.fPhi'),
    'fixed',
    'a name that only ends in letters like phi is not taken',
  );
  assert.equal(geometryOf('leptons/lep_phi'), 'phi');
  assert.equal(geometryOf('jet_phi_syst'), 'phi');
  for (const name of ['lep_px', 'Py', 'mc_pz', 'met_ex', 'lep_rapidity']) {
    assert.equal(geometryOf(name), undefined, name);
  }
});
