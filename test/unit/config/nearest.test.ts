import assert from 'node:assert/strict';
import test from 'node:test';
import { didYouMean, editDistance, nearest } from '../../../lib/config/nearest.js';

test('edit distances, those of the literature among them', () => {
  for (const [a, b, distance] of [
    ['kitten', 'sitting', 3],
    ['saturday', 'sunday', 3],
    ['', 'abc', 3],
    ['flaw', 'lawn', 2],
    // A swap of neighbours is one edit (Damerau).
    ['epcohs', 'epochs', 1],
    ['batch-events', 'BATCH_EVENTS', 0],
  ] as const) {
    assert.equal(editDistance(a, b), distance, `${a} ${b}`);
    assert.equal(editDistance(b, a), distance, `${b} ${a}`);
  }
});

test('only names that resemble the word, the nearest first', () => {
  const known = ['epochs', 'passes', 'megasets', 'batch_events'];
  assert.deepEqual(nearest('epoch', known), ['epochs']);
  assert.deepEqual(nearest('zzzzz', known, 3), []);
  assert.deepEqual(nearest('events', known), ['batch_events']);
  assert.equal(didYouMean('megaset', known), '; did you mean "megasets"?');
  assert.equal(didYouMean('x', known), '');
});

test('a very long word costs little', () => {
  assert.deepEqual(nearest('e'.repeat(1_000_000), ['epochs']), []);
});

test('a name that holds the whole word is nearer than one with a few other letters', () => {
  assert.deepEqual(nearest('met_et', ['jet_pt', 'met_et_nominal', 'met_phi'], 1), ['met_et_nominal']);
  assert.deepEqual(nearest('lep_pt', ['lep_ptcone30', 'lepton_pt'], 1), ['lepton_pt']);
});
