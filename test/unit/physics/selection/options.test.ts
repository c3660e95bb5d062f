import assert from 'node:assert/strict';
import test from 'node:test';
import {
  dileptonTriggers,
  Selected,
  select,
  selectionOptions,
} from '../../../../lib/physics/selection/index.js';
import { lepton, makeEvents } from '../make-events.js';

test('options that cannot be used are refused, naming the key', () => {
  const cases: [Parameters<typeof selectionOptions>[0], RegExp][] = [
    [{ jetPtMinGev: Number.NaN }, /jetPtMinGev/],
    [{ absurdWeightFactor: -1 }, /absurdWeightFactor/],
    [{ lightTagMax: 0.9 }, /lightTagMax/],
    [{ triggers: ['trigE'], triggerMenu: 'dilepton' }, /triggers/],
  ];
  for (const [given, message] of cases) {
    assert.throws(() => selectionOptions(given), { code: 'selection_option_invalid', message });
  }
  assert.equal(selectionOptions({ objects: 'run2' }).btagMin, 2.195);
  assert.equal(selectionOptions({ objects: 'run2' }).triggerMenu, 'dilepton');
  assert.equal(selectionOptions({ objects: 'run2', leptons: 'exactly_3' }).triggerMenu, 'none');
  // Discriminants may be negative.
  assert.equal(selectionOptions({ btagMin: 0, lightTagMax: -0.5 }).lightTagMax, -0.5);
});

const pair = { met: 20, metPhi: 0, leptons: [lepton(50), lepton(30, 0, 2)], jets: [] };

test('run 2 rules name the column that is missing', () => {
  const full = makeEvents([{ ...pair, jets: [] }], true);
  const options = selectionOptions({ objects: 'run2', triggerMenu: 'none' });
  assert.equal(select(full, options, 1, new Selected()).count, 1);
  for (const column of ['z0SinTheta', 'isolation', 'overlapRemoval'] as const) {
    const { [column]: _, ...leptons } = full.leptons;
    assert.throws(() => select({ ...full, leptons }, options, 1, new Selected()), {
      code: 'selection_column_missing',
      message: new RegExp(column),
    });
  }
  const { dl1r: _, ...jets } = full.jets;
  assert.throws(() => select({ ...full, jets }, options, 1, new Selected()), {
    code: 'selection_column_missing',
    message: /dl1r/,
  });
});

test('the dilepton menu picks by the year of the event', () => {
  const options = selectionOptions({ triggerMenu: 'dilepton' });
  const names = [...new Set(Object.values(dileptonTriggers).flat())];
  const count = 4;
  const triggers = Object.fromEntries(names.map((name) => [name, new Uint8Array(count)]));
  // A 2016 trigger that fires in every year counts only in 2016.
  triggers.HLT_2e17_lhvloose_nod0!.fill(1);
  const events = {
    ...makeEvents(new Array(count).fill(pair)),
    triggers,
    year: Int32Array.of(2015, 2016, 2018, 2016),
  };
  const selected = select(events, options, 1, new Selected());
  assert.deepEqual([...selected.index.subarray(0, selected.count)], [1, 3]);
  assert.throws(
    () => select({ ...events, year: Int32Array.of(2015, 2012, 2015, 2015) }, options, 1, new Selected()),
    {
      code: 'selection_trigger_year',
      message: /2012/,
    },
  );
  const { year: _, ...yearless } = events;
  assert.throws(() => select(yearless, options, 1, new Selected()), {
    code: 'selection_column_missing',
    message: /year/,
  });
  assert.throws(() => select({ ...events, triggers: {} }, options, 1, new Selected()), {
    code: 'selection_trigger_unknown',
    message: /HLT_2e15_lhvloose_nod0_L12EM13VH/,
  });
});
