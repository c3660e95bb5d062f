import assert from 'node:assert/strict';
import test from 'node:test';
import { scaleFirstLeptons } from '../../../../lib/physics/alteration/scale-leptons.js';
import { Selected, select, selectionOptions } from '../../../../lib/physics/selection/index.js';
import { lepton, makeEvents } from '../make-events.js';

function selectedOf(events: ReturnType<typeof makeEvents>): Selected {
  return select(events, selectionOptions(), 1, new Selected());
}

const event = {
  met: 30,
  metPhi: 0,
  jets: [],
  leptons: [lepton(60, 1), lepton(50, 0, 1, 13), lepton(40, 0, 2)],
};

test('the first electron and the first muon are multiplied, and nobody else', () => {
  const events = makeEvents([event]);
  scaleFirstLeptons(events.leptons, selectedOf(events), 'both', 3);
  assert.deepEqual([...events.leptons.pt], [180, 150, 40]);
  assert.ok(Math.abs(events.leptons.energy[0]! - 180 * Math.cosh(1)) < 1e-9);
  assert.equal(events.met[0], 30);
});

test('one flavour alone is scaled where that is asked for, and leptons are in order of pT again', () => {
  const events = makeEvents([event]);
  const selected = selectedOf(events);
  assert.deepEqual([...selected.leptons.items.subarray(0, 3)], [0, 1, 2]);
  scaleFirstLeptons(events.leptons, selected, 'muon', 2);
  assert.deepEqual([...events.leptons.pt], [60, 100, 40]);
  assert.deepEqual([...selected.leptons.items.subarray(0, 3)], [1, 0, 2]);
});

test('a first electron that becomes softer than the second changes places with it', () => {
  const events = makeEvents([event]);
  const selected = selectedOf(events);
  scaleFirstLeptons(events.leptons, selected, 'electron', 0.5);
  assert.deepEqual([...selected.electrons.items.subarray(0, 2)], [2, 0]);
});

test('a massive lepton keeps its mass', () => {
  const heavy = { ...lepton(10), energy: 11 };
  const events = makeEvents([{ ...event, leptons: [heavy, lepton(9, 0, 1, 13)] }]);
  scaleFirstLeptons(events.leptons, selectedOf(events), 'both', 7);
  const mass = Math.sqrt(events.leptons.energy[0]! ** 2 - 70 ** 2);
  assert.ok(Math.abs(mass - Math.sqrt(21)) < 1e-9);
});
