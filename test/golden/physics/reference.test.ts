import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import type { Events } from '../../../lib/physics/events.js';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { EventQuantities, eventQuantities, flavourNames } from '../../../lib/physics/quantities.js';
import { stransverseMass } from '../../../lib/physics/report/index.js';
import { dense, RmmKernel, type RmmOptions, rmmLayout, shapeSlots } from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { assertClose } from './compare.js';
import { goldenPath, readGolden, toEvents } from './fixture.js';

/** What reference.py writes: everything computed there with other packages in float64. */
interface Reference {
  readonly every: number;
  readonly quantities: readonly {
    readonly mlll: number | null;
    readonly ht: number;
    readonly n_leptons: number;
    readonly n_jets: number;
    readonly flcomp: string;
    readonly passes_3l: boolean;
    readonly mt2: number;
    readonly mt2_direct: number;
  }[];
  readonly matrices: Readonly<Record<string, readonly (readonly [readonly number[], readonly number[]])[]>>;
}

const golden = readGolden();
const reference = JSON.parse(readFileSync(goldenPath('reference.json'), 'utf8')) as Reference;

const variants: Readonly<Record<string, Partial<RmmOptions>>> = {
  'map2rmm T5N10': { convention: 'map2rmm' },
  'map2rmm T2N2': { convention: 'map2rmm', slots: shapeSlots('T2N2', 'map2rmm') },
  'thesis-code': { convention: 'thesis-code' },
  'thesis T2N2': { slots: shapeSlots('T2N2', 'thesis') },
  'thesis T5N10 sqrts': { slots: shapeSlots('T5N10', 'thesis'), sqrtSGev: 13000 },
};

test('conventions and shapes agree with the reference made with the vector package', () => {
  const kept = golden.events.filter((_, index) => index % reference.every === 0);
  const events = toEvents(kept);
  const selected = select(events, selectionOptions(), 1, new Selected());
  assert.deepEqual(Object.keys(reference.matrices).sort(), Object.keys(variants).sort());
  for (const [name, options] of Object.entries(variants)) {
    const layout = rmmLayout(options);
    const rows = new RmmKernel(layout).fill(events, selected, new FeatureBuffer());
    const row = new Float32Array(layout.columns);
    const unit = layout.options.sqrtSGev || 1;
    kept.forEach((event, index) => {
      dense(rows, index, row);
      const [cells, values] = reference.matrices[name]![index]!;
      const expected = new Float64Array(layout.columns);
      for (let k = 0; k < cells.length; k++) expected[cells[k]!] = values[k]!;
      for (let cell = 0; cell < layout.columns; cell++) {
        const where = `${name}: ${event.set} entry ${event.entry} ${layout.names[cell]}`;
        assertClose(row[cell]!, expected[cell]!, layout.kinds[cell]!, where, 1 / unit);
      }
    });
  }
});

test('event quantities and flavours agree with the reference', () => {
  const events = toEvents(golden.events);
  const selected = select(events, selectionOptions(), 1, new Selected());
  const found = eventQuantities(events, selected, new EventQuantities());
  reference.quantities.forEach((expected, row) => {
    const where = `${golden.events[row]!.set} entry ${golden.events[row]!.entry}`;
    if (expected.mlll === null) assert.ok(Number.isNaN(found.mlll[row]), where);
    else assertClose(found.mlll[row]!, expected.mlll, 'gev', `${where} mlll`);
    assertClose(found.ht[row]!, expected.ht, 'gev', `${where} ht`);
    assert.equal(found.nLeptons[row], expected.n_leptons, where);
    assert.equal(found.nJets[row], expected.n_jets, where);
    assert.equal(flavourNames[found.flcomp[row]!], expected.flcomp, where);
  });
});

test('the three-lepton selection keeps the same events as the reference', () => {
  const events = toEvents(golden.events);
  const selected = select(events, selectionOptions({ leptons: 'exactly_3' }), 1, new Selected());
  const expected = reference.quantities.flatMap((row, index) => (row.passes_3l ? [index] : []));
  assert.ok(expected.length > 5);
  assert.deepEqual([...selected.index.subarray(0, selected.count)], expected);
});

test('m_T2 agrees with the Lester-Nachman bisection and undercuts a direct minimisation', () => {
  const events = toEvents(golden.events);
  const selected = select(events, selectionOptions(), 1, new Selected());
  reference.quantities.forEach((expected, row) => {
    const where = `${golden.events[row]!.set} entry ${golden.events[row]!.entry} mt2`;
    const found = mt2Of(events, selected, row);
    // Inside the cone of the leptons both numerical methods stop at a few MeV instead of 0.
    if (found === 0) assert.ok(expected.mt2 < 5e-3 && expected.mt2_direct < 5e-3, where);
    else assertClose(found, expected.mt2, 'gev', where);
    // Any split of met gives an upper bound of the squared minimum.
    assert.ok(
      found ** 2 <= expected.mt2_direct ** 2 * (1 + 1e-9) + 1e-6,
      `${where}: ${found} > ${expected.mt2_direct}`,
    );
    assert.ok(found ** 2 >= expected.mt2_direct ** 2 - 1e-3 * Math.max(1, found), where);
  });
});

function mt2Of(events: Events, selected: Selected, row: number): number {
  const { pt, phi } = events.leptons;
  const first = selected.leptons.items[selected.leptons.offsets[row]!]!;
  const second = selected.leptons.items[selected.leptons.offsets[row]! + 1]!;
  const met = events.met[row]!;
  const metPhi = events.metPhi[row]!;
  return stransverseMass(
    pt[first]! * Math.cos(phi[first]!),
    pt[first]! * Math.sin(phi[first]!),
    pt[second]! * Math.cos(phi[second]!),
    pt[second]! * Math.sin(phi[second]!),
    met * Math.cos(metPhi),
    met * Math.sin(metPhi),
  );
}
