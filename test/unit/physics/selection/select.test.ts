import assert from 'node:assert/strict';
import test from 'node:test';
import {
  CutFlow,
  cutFlowSteps,
  deadLetterCounts,
  reasonNames,
  Selected,
  type SelectionOptions,
  select,
  selectionOptions,
} from '../../../../lib/physics/selection/index.js';
import { jet, lepton, makeEvents, type TestEvent, type TestJet, type TestLepton } from '../make-events.js';

const two = [lepton(50, 0.1, 0), lepton(30, -0.4, 2, 13)];

function event(leptons: readonly TestLepton[], jets: readonly TestJet[] = [], weight = 1): TestEvent {
  return { met: 20, metPhi: 0.3, weight, leptons, jets };
}

function reasons(events: readonly TestEvent[], given: Partial<SelectionOptions> = {}, median = 1): string[] {
  const run2 = given.objects === 'run2';
  const batch = makeEvents(events, run2);
  const options = selectionOptions(run2 ? { triggerMenu: 'none', ...given } : given);
  const selected = select(batch, options, median, new Selected());
  return [...selected.reason.subarray(0, batch.count)].map((code) => reasonNames[code]!);
}

test('lepton counts: at least two, exactly two, exactly three with two above 20 GeV', () => {
  const third = lepton(10, 1, 1);
  const events = [
    event(two.slice(1)),
    event(two),
    event([...two, third]),
    event([lepton(50), lepton(19), lepton(18)]),
  ];
  assert.deepEqual(reasons(events), ['leptons', 'selected', 'selected', 'selected']);
  assert.deepEqual(reasons(events, { leptons: 'exactly_2' }), ['leptons', 'selected', 'leptons', 'leptons']);
  assert.deepEqual(reasons(events, { leptons: 'exactly_3' }), [
    'leptons',
    'leptons',
    'selected',
    'lepton_pt',
  ]);
});

test('open data leptons: pT, signed isolation, flavour, optional eta cut', () => {
  const bad: TestLepton[] = [
    lepton(7, 0, 1),
    { ...lepton(20, 0, 1), etcone20: 3 },
    { ...lepton(20, 0, 1), ptcone30: 3 },
    lepton(20, 0, 1, 15),
  ];
  for (const object of bad)
    assert.deepEqual(reasons([event([two[0]!, object])]), ['leptons'], JSON.stringify(object));
  const good: TestLepton[] = [
    lepton(7.01, 0, 1),
    { ...lepton(20, 0, 1), etcone20: -50, ptcone30: 2.99 },
    lepton(20, 2.6, 1),
  ];
  for (const object of good)
    assert.deepEqual(reasons([event([two[0]!, object])]), ['selected'], JSON.stringify(object));
  const outside = event([two[0]!, lepton(20, 2.6, 1)]);
  const muonOutside = event([two[0]!, lepton(20, 2.6, 1, 13)]);
  assert.deepEqual(reasons([outside, muonOutside], { electronAbsEtaMax: 2.47 }), ['leptons', 'selected']);
  assert.deepEqual(reasons([muonOutside], { muonAbsEtaMax: 2.5 }), ['leptons']);
});

test('run 2 leptons: baseline, isolation, tight electrons, impact parameters', () => {
  const electron = lepton(20, 0, 1);
  const muon = lepton(20, 0, 1, 13);
  const bad: TestLepton[] = [
    { ...electron, eta: 2.5 },
    { ...muon, eta: 2.71 },
    { ...muon, z0SinTheta: -0.5 },
    { ...muon, isolation: 0 },
    { ...muon, overlapRemoval: 0 },
    { ...electron, tight: 0 },
    { ...electron, d0Significance: -5.1 },
    { ...muon, d0Significance: 3.1 },
  ];
  for (const object of bad) {
    assert.deepEqual(
      reasons([event([two[0]!, object])], { objects: 'run2' }),
      ['leptons'],
      JSON.stringify(object),
    );
  }
  const good: TestLepton[] = [
    { ...electron, d0Significance: 5 },
    { ...muon, d0Significance: -3, tight: 0, etcone20: 19 },
    { ...muon, eta: 2.69, z0SinTheta: 0.49 },
  ];
  for (const object of good) {
    assert.deepEqual(
      reasons([event([two[0]!, object])], { objects: 'run2' }),
      ['selected'],
      JSON.stringify(object),
    );
  }
});

function jetClasses(
  jets: readonly TestJet[],
  given: Partial<SelectionOptions> = {},
): [number, number, number, number] {
  const run2 = given.objects === 'run2';
  const options = selectionOptions(run2 ? { triggerMenu: 'none', ...given } : given);
  const selected = select(makeEvents([event(two, jets)], run2), options, 1, new Selected());
  return [
    selected.jets.offsets[1]!,
    selected.lightJets.offsets[1]!,
    selected.bJets.offsets[1]!,
    selected.unclassifiedJets,
  ];
}

test('jets: JVT is asked of soft central ones only, and must be above its threshold', () => {
  assert.deepEqual(jetClasses([{ ...jet(59), jvt: 0.59 }]), [0, 0, 0, 0]);
  assert.deepEqual(jetClasses([{ ...jet(59), jvt: 0.6 }]), [1, 1, 0, 0]);
  assert.deepEqual(jetClasses([{ ...jet(60), jvt: -0.1 }]), [1, 1, 0, 0]);
  assert.deepEqual(jetClasses([{ ...jet(30, -2.4), jvt: -0.1 }]), [1, 1, 0, 0]);
  assert.deepEqual(jetClasses([jet(20), jet(30, 2.8), jet(30, -2.79)]), [1, 1, 0, 0]);
});

test('jets: b within abs(eta) 2.5, light beyond; the run 2 gap is in neither list and counted', () => {
  assert.deepEqual(
    jetClasses([jet(30, 2.49, 0, 0.6459), jet(30, -2.51, 0, 0.9), jet(30, 0, 0, 0.6458)]),
    [3, 2, 1, 0],
  );
  const tagged = (dl1r: number, eta = 0): TestJet => ({ ...jet(30, eta, 0, 0.99), dl1r });
  const run2 = { objects: 'run2' } as const;
  assert.deepEqual(
    jetClasses([tagged(0.66), tagged(0.665), tagged(2.19), tagged(2.195), tagged(3, 2.6)], run2),
    [5, 2, 1, 2],
  );
});

test('objects are sorted by falling pT, equal ones in input order', () => {
  const leptons = [lepton(20, 0, 0), lepton(40, 0, 1, 13), lepton(20, 0, 2, 13), lepton(40, 0, 3)];
  const jets = [jet(25), jet(90, 0, 1, 0.9), jet(90), jet(30)];
  const selected = select(makeEvents([event(leptons, jets)]), selectionOptions(), 1, new Selected());
  assert.deepEqual([...selected.leptons.items.subarray(0, 4)], [1, 3, 0, 2]);
  assert.deepEqual([...selected.electrons.items.subarray(0, 2)], [3, 0]);
  assert.deepEqual([...selected.muons.items.subarray(0, 2)], [1, 2]);
  assert.deepEqual([...selected.jets.items.subarray(0, 4)], [1, 2, 3, 0]);
  assert.deepEqual([...selected.lightJets.items.subarray(0, 3)], [2, 3, 0]);
  assert.deepEqual([...selected.bJets.items.subarray(0, 1)], [1]);
});

test('the m_ll cut keeps what is above it', () => {
  // Massless and back to back at eta 0: m = 2 sqrt(pT1 pT2) = 60.
  const pair = event([lepton(90, 0, 0), lepton(10, 0, Math.PI)]);
  assert.deepEqual(reasons([pair], { mllMinGev: 59.999 }), ['selected']);
  assert.deepEqual(reasons([pair], { mllMinGev: 60.001 }), ['mll']);
});

test('corrupt weights and values without meaning are dead letters, before any cut', () => {
  const events = [
    event(two, [], Number.NaN),
    event(two, [], Number.NEGATIVE_INFINITY),
    event(two, [], -2e4),
    event(two, [], 1.9e4),
    event(two, [{ ...jet(30), eta: Number.NaN }]),
    event([{ ...lepton(3), energy: Number.POSITIVE_INFINITY }]),
    { ...event(two), met: Number.NaN },
    { ...event(two), metPhi: Number.POSITIVE_INFINITY },
    event([two[0]!, { ...two[1]!, d0: Number.NaN }]),
    event(two, [], 0),
  ];
  assert.deepEqual(reasons(events, {}, 2), [
    'weight_not_finite',
    'weight_not_finite',
    'selected',
    'selected',
    'unphysical_value',
    'unphysical_value',
    'unphysical_value',
    'unphysical_value',
    'unphysical_value',
    'selected',
  ]);
  assert.deepEqual(reasons(events.slice(2, 4), {}, 1), ['weight_absurd', 'weight_absurd']);
  assert.deepEqual(reasons(events.slice(2, 4), {}, Number.NaN), ['selected', 'selected']);
});

test('triggers: any of the list fires; an unknown one is named with those there', () => {
  const events = {
    ...makeEvents([event(two), event(two), event(two)]),
    triggers: { trigE: Uint8Array.of(1, 0, 0), trigM: Uint8Array.of(0, 1, 0) },
  };
  const kept = (triggers: string[]): number[] => {
    const selected = select(events, selectionOptions({ triggers }), 1, new Selected());
    return [...selected.index.subarray(0, selected.count)];
  };
  assert.deepEqual(kept(['trigE', 'trigM']), [0, 1]);
  assert.deepEqual(kept(['trigM']), [1]);
  assert.throws(() => kept(['trigP']), {
    code: 'selection_trigger_unknown',
    message: /trigP.*there are trigE, trigM/,
  });
  assert.throws(() => kept(['constructor']), { code: 'selection_trigger_unknown' });
});

test('the cut flow: every cut in force in order, signed weights, dead letters apart', () => {
  const events = makeEvents([
    event(two, [], 2),
    event(two.slice(1), [], -0.5),
    event([lepton(50), lepton(19), lepton(18)], [], 3),
    event([lepton(50), lepton(30, 0, 0.01), lepton(18)], [], 5),
    event([lepton(50), lepton(30, 0, 3), lepton(18)], [], -7),
    event(two, [], Number.NaN),
  ]);
  const options = selectionOptions({ leptons: 'exactly_3', mllMinGev: 10 });
  const selected = select(events, options, 1, new Selected());
  const flow = new CutFlow().add(selected.reason, events.weight, events.count);
  assert.deepEqual(cutFlowSteps(flow, options), [
    { cut: 'all', raw: 5, weighted: 2.5 },
    { cut: 'exactly_3', raw: 3, weighted: 1 },
    { cut: 'lepton_pt', raw: 2, weighted: -2 },
    { cut: 'mll', raw: 1, weighted: -7 },
  ]);
  assert.deepEqual(deadLetterCounts(flow), { weight_not_finite: 1 });
});

test('weighted sums do not depend on how events are dealt into batches', () => {
  const weights = Float64Array.from({ length: 1000 }, (_, k) => Math.sin(k) * 10 ** (k % 12));
  const codes = new Uint8Array(1000);
  const whole = new CutFlow().add(codes, weights, 1000);
  const merged = new CutFlow();
  for (let k = 999; k >= 0; k -= 3) {
    const part = weights.subarray(Math.max(0, k - 2), k + 1);
    merged.merge(new CutFlow().add(codes, part, part.length));
  }
  assert.equal(merged.weighted(0), whole.weighted(0));
  assert.equal(merged.raw[0], 1000);
});
