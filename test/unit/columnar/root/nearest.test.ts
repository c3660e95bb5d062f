import assert from 'node:assert/strict';
import test from 'node:test';
import { nearest } from '../../../../lib/columnar/root/nearest.js';

const known = ['lep_pt', 'lep_eta', 'lep_phi', 'jet_pt', 'met_et', 'mcWeight', 'scaleFactor_PILEUP'];

test('a misspelt branch finds the name that was meant', () => {
  assert.equal(nearest('lep_Pt', known)[0], 'lep_pt');
  assert.equal(nearest('lept_pt', known)[0], 'lep_pt');
  assert.equal(nearest('mcweight', known)[0], 'mcWeight');
  assert.equal(nearest('scaleFactor_PILUP', known)[0], 'scaleFactor_PILEUP');
});

test('a name that resembles none gets no suggestion', () => {
  assert.deepEqual(nearest('completely_different', known), []);
});
