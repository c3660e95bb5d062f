/** Mistakes 8, 9 and 11 of the earlier implementation (physics.md 7), shown right in the selection. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  dileptonTriggers,
  reasonNames,
  Selected,
  select,
  selectionOptions,
} from '../../../../lib/physics/selection/index.js';
import { jet, lepton, makeEvents } from '../make-events.js';

const two = [lepton(30), lepton(25, 0, 1)];
const event = (jets: Parameters<typeof makeEvents>[0][number]['jets']) => ({
  met: 20,
  metPhi: 0,
  leptons: two,
  jets,
});

test('mistake 8: a soft central jet needs JVT above the threshold, not below', () => {
  const events = makeEvents([
    event([{ ...jet(40), jvt: 0.95 }]),
    event([{ ...jet(40), jvt: 0.02 }]),
    event([{ ...jet(80), jvt: 0.02 }]),
    event([{ ...jet(40, 2.6), jvt: -0.1 }]),
  ]);
  const { jets } = select(events, selectionOptions(), 1, new Selected());
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => jets.offsets[row + 1]! - jets.offsets[row]!),
    [1, 0, 1, 1],
  );
});

test('mistake 9: each leg of a trigger has its own threshold; no leg is asked for the highest one', () => {
  // Leptons of 26 and 9 GeV: above the legs of e26_mu8, while the softer one is far below 26 GeV.
  const legs = [lepton(26, 0, 0), lepton(9, 0, 1, 13)];
  const asymmetric = 'HLT_e26_lhmedium_nod0_mu8noL1';
  assert.ok(dileptonTriggers[2017].includes(asymmetric));
  const events = makeEvents([{ met: 20, metPhi: 0, leptons: legs, jets: [] }], true);
  const triggers = Object.fromEntries(
    dileptonTriggers[2017].map((name) => [name, Uint8Array.of(name === asymmetric ? 1 : 0)]),
  );
  const options = selectionOptions({ objects: 'run2', triggerMenu: 'dilepton' });
  const given = { ...events, year: Int32Array.of(2017), triggers };
  const fired = select(given, options, 1, new Selected());
  assert.equal(reasonNames[fired.reason[0]!], 'selected');
  triggers[asymmetric]![0] = 0;
  const silent = select(given, options, 1, new Selected());
  assert.equal(reasonNames[silent.reason[0]!], 'trigger');
});

test('mistake 11: jets between the light and the b working point are counted, and stay in H_T and the jet number', () => {
  const tagged = (dl1r: number) => ({ ...jet(50), dl1r });
  const events = makeEvents([{ ...event([]), jets: [tagged(0.1), tagged(1.5), tagged(3)] }], true);
  const found = select(events, selectionOptions({ objects: 'run2', triggerMenu: 'none' }), 1, new Selected());
  assert.deepEqual(
    [found.lightJets.offsets[1], found.bJets.offsets[1], found.jets.offsets[1], found.unclassifiedJets],
    [1, 1, 3, 1],
  );
});
