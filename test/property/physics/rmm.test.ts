import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { copyRows, FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import type { FeatureRows } from '../../../lib/physics/feature-rows.js';
import { EventQuantities, eventQuantities } from '../../../lib/physics/quantities.js';
import { ReportKernel } from '../../../lib/physics/report/index.js';
import {
  blockColumns,
  RmmKernel,
  type RmmLayout,
  rmmLayout,
  shapeSlots,
} from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { makeEvents, type TestEvent, type TestJet, type TestLepton } from '../../unit/physics/make-events.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 3000 : 150;

const pt = fc.double({ min: 7.5, max: 2000, noNaN: true });
const eta = fc.double({ min: -2.7, max: 2.7, noNaN: true });
const phi = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
/** Masses that are 0, small, or slightly negative in square as float32 energies make them. */
const excess = fc.oneof(
  fc.constant(0),
  fc.double({ min: -1e-7, max: 1e-7, noNaN: true }),
  fc.double({ min: 0, max: 0.5, noNaN: true }),
);

const leptons = fc.array(
  fc
    .record({ pt, eta, phi, excess, type: fc.constantFrom(11, 13) })
    .map(({ excess: e, ...o }): TestLepton => ({ ...o, energy: o.pt * Math.cosh(o.eta) * (1 + e) })),
  { minLength: 2, maxLength: 14 },
);
const jets = fc.array(
  fc
    .record({ pt, eta, phi, excess, btag: fc.double({ min: -1, max: 1, noNaN: true }) })
    .map(({ excess: e, ...o }): TestJet => ({ ...o, energy: o.pt * Math.cosh(o.eta) * (1 + e) })),
  { maxLength: 16 },
);
const met = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3000, noNaN: true }));
const events = fc.array(fc.record({ met, metPhi: phi, leptons, jets }), { minLength: 1, maxLength: 6 });

const layouts: readonly RmmLayout[] = [
  rmmLayout(),
  rmmLayout({ convention: 'map2rmm' }),
  rmmLayout({ convention: 'thesis-code' }),
  rmmLayout({ slots: shapeSlots('T2N2', 'thesis'), sqrtSGev: 13000 }),
];
const kernels = layouts.map((layout) => new RmmKernel(layout));

function features(list: readonly TestEvent[], kernel: RmmKernel): FeatureRows {
  const batch = makeEvents(list);
  const selected = select(batch, selectionOptions(), 1, new Selected());
  assert.equal(selected.count, list.length);
  return copyRows(kernel.fill(batch, selected, new FeatureBuffer()));
}

test('masks are the occupied slots; blocks are finite and not negative, the imbalance within [-1, 1]', () => {
  fc.assert(
    fc.property(events, (list) => {
      for (const kernel of kernels) {
        const { layout } = kernel;
        const batch = makeEvents(list);
        const selected = select(batch, selectionOptions(), 1, new Selected());
        const rows = kernel.fill(batch, selected, new FeatureBuffer());
        let kept = 0;
        for (let row = 0; row < rows.rows; row++) {
          const expected = expectedSlots(layout, selected, row);
          kept += expected.length - 1;
          const cells = blockColumns(rows.masks, row * layout.maskWords, layout.maskWords, layout.size);
          assert.deepEqual(
            [...cells],
            expected.flatMap((i) => expected.map((j) => i * layout.size + j)),
          );
          assert.equal(rows.offsets[row + 1]! - rows.offsets[row]!, cells.length);
          cells.forEach((cell, k) => {
            const value = rows.values[rows.offsets[row]! + k]!;
            assert.ok(Number.isFinite(value), layout.names[cell]);
            const least = layout.kinds[cell] === 'imbalance' ? -1 : 0;
            assert.ok(value >= least && (least === 0 || value <= 1), `${layout.names[cell]} ${value}`);
          });
        }
        assert.equal(
          rows.surplus,
          selected.leptons.offsets[rows.rows]! + selected.jets.offsets[rows.rows]! - kept,
        );
      }
    }),
    { numRuns },
  );
});

function expectedSlots(layout: RmmLayout, selected: Selected, row: number): number[] {
  const lists = {
    jets: selected.lightJets,
    bjets: selected.bJets,
    electrons: selected.electrons,
    muons: selected.muons,
  };
  const slots = [0];
  layout.options.slots.forEach(({ type, count }, group) => {
    const list = type === 'photons' ? undefined : lists[type];
    const found = list === undefined ? 0 : list.offsets[row + 1]! - list.offsets[row]!;
    for (let k = 0; k < Math.min(found, count); k++) slots.push(layout.firstSlots[group]! + k);
  });
  return slots;
}

test('turning the event about the beam and mirroring it leave the matrix as it is', () => {
  fc.assert(
    fc.property(events, phi, (list, turn) => {
      const moved = list.map((event) => ({
        ...event,
        metPhi: event.metPhi + turn,
        leptons: event.leptons.map((o) => ({ ...o, phi: wrapped(o.phi + turn), eta: -o.eta })),
        jets: event.jets.map((o) => ({ ...o, phi: o.phi + turn, eta: -o.eta })),
      }));
      for (const kernel of kernels)
        assertSame(features(list, kernel), features(moved, kernel), kernel.layout);
    }),
    { numRuns },
  );
});

test('the order of events in a batch and of objects in an event does not matter', () => {
  fc.assert(
    fc.property(events, (list) => {
      // Equal pT would be told apart by the place in the input.
      const all = list.flatMap((event) => [...event.leptons, ...event.jets].map((o) => o.pt));
      fc.pre(new Set(all).size === all.length);
      const reversed = list.map((event) => ({
        ...event,
        leptons: [...event.leptons].reverse(),
        jets: [...event.jets].reverse(),
      }));
      for (const kernel of kernels) {
        const straight = features(list, kernel);
        assert.deepEqual(features(reversed, kernel), straight);
        list.forEach((event, row) => {
          const alone = features([event], kernel);
          const { offsets, values } = straight;
          assert.deepEqual(alone.values, values.slice(offsets[row], offsets[row + 1]));
        });
      }
    }),
    { numRuns },
  );
});

test('report features and event quantities are finite for any event', () => {
  const kernel = new ReportKernel('report35');
  fc.assert(
    fc.property(events, (list) => {
      const batch = makeEvents(list);
      const selected = select(batch, selectionOptions(), 1, new Selected());
      const rows = copyRows(kernel.fill(batch, selected, new FeatureBuffer()));
      rows.values.forEach((value, k) => {
        assert.ok(Number.isFinite(value), kernel.layout.names[k % 35]);
      });
      const found = eventQuantities(batch, selected, new EventQuantities());
      list.forEach((event, row) => {
        assert.ok(Number.isFinite(found.mll[row]) && Number.isFinite(found.ht[row]));
        assert.equal(Number.isNaN(found.mlll[row]), event.leptons.length < 3);
      });
    }),
    { numRuns },
  );
});

function wrapped(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle));
}

/** Equal up to what float64 angles and ill-conditioned masses leave: the golden tolerance. */
function assertSame(found: FeatureRows, expected: FeatureRows, layout: RmmLayout): void {
  assert.deepEqual(found.masks, expected.masks);
  assert.deepEqual(found.offsets, expected.offsets);
  expected.values.forEach((value, k) => {
    assert.ok(Math.abs(found.values[k]! - value) <= 1e-5 * Math.abs(value) + 1e-3, `${layout.id} value ${k}`);
  });
}
