import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { scaleLeptonCells } from '../../../lib/physics/alteration/scale-cells.js';
import { scaleFirstLeptons } from '../../../lib/physics/alteration/scale-leptons.js';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { PatternTable } from '../../../lib/physics/patterns.js';
import { dense, RmmKernel, rmmLayout } from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { assertClose } from './compare.js';
import { goldenPath, readGolden, toEvents } from './fixture.js';

type Sparse = readonly [readonly number[], readonly number[]];

/** What alteration.py writes. */
const golden = JSON.parse(readFileSync(goldenPath('alteration.json'), 'utf8')) as {
  readonly every: number;
  readonly factors: readonly number[];
  readonly objects: readonly (readonly Sparse[])[];
  readonly cells: readonly (readonly Sparse[])[];
};
const kept = readGolden().events.filter((_, index) => index % golden.every === 0);
const layout = rmmLayout();
const patterns = new PatternTable(layout.columns, layout.maskWords);

function compare(form: 'objects' | 'cells'): void {
  golden.factors.forEach((factor, at) => {
    const events = toEvents(kept);
    const selected = select(events, selectionOptions(), 1, new Selected());
    assert.equal(selected.count, kept.length);
    if (form === 'objects') scaleFirstLeptons(events.leptons, selected, 'both', factor);
    const rows = new RmmKernel(layout).fill(events, selected, new FeatureBuffer());
    if (form === 'cells') scaleLeptonCells(rows, patterns, layout, 'both', factor);
    const row = new Float32Array(layout.columns);
    kept.forEach((event, index) => {
      dense(rows, index, row);
      const expected = new Float64Array(layout.columns);
      const [cells, values] = golden[form][at]![index]!;
      cells.forEach((cell, k) => {
        expected[cell] = values[k]!;
      });
      for (let cell = 0; cell < layout.columns; cell++) {
        const where = `${form} x ${factor}: ${event.set} entry ${event.entry} ${layout.names[cell]}`;
        assertClose(row[cell]!, expected[cell]!, layout.kinds[cell]!, where);
      }
    });
  });
}

test('every cell that depends on a lepton follows its larger pT', () => compare('objects'));

test("in the thesis' reduced form e_T and imbalance cells follow, and no others", () => compare('cells'));
