import assert from 'node:assert/strict';
import test from 'node:test';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { EventQuantities, eventQuantities } from '../../../lib/physics/quantities.js';
import { ReportKernel } from '../../../lib/physics/report/index.js';
import { blockColumns, RmmKernel, rmmLayout } from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { assertClose } from './compare.js';
import { readGolden, toEvents } from './fixture.js';

const golden = readGolden();

test('every shipped golden event has the golden matrix, with the same cells filled', () => {
  const events = toEvents(golden.events);
  const selected = select(events, selectionOptions(), 1, new Selected());
  assert.equal(selected.count, golden.events.length);
  const layout = rmmLayout();
  const rows = new RmmKernel(layout).fill(events, selected, new FeatureBuffer());
  const quantities = eventQuantities(events, selected, new EventQuantities());
  golden.events.forEach((expected, row) => {
    const where = `${expected.set} entry ${expected.entry}`;
    const cells = blockColumns(rows.masks, row, 1, layout.size);
    const values = rows.values.subarray(rows.offsets[row], rows.offsets[row + 1]);
    const filled = [...cells].filter((_, k) => values[k] !== 0);
    assert.deepEqual(filled, expected.cell, where);
    let next = 0;
    cells.forEach((cell, k) => {
      const value = values[k]!;
      if (value !== 0) {
        assertClose(value, expected.value[next++]!, layout.kinds[cell]!, `${where} ${layout.names[cell]}`);
      }
    });
    assertClose(quantities.mll[row]!, expected.mll, 'gev', `${where} mll`);
  });
});

test('every shipped golden event with two good leptons has the golden table', () => {
  const withReport = golden.events.filter((event) => event.report !== null);
  const events = toEvents(withReport);
  const selected = select(events, selectionOptions({ leptons: 'exactly_2' }), 1, new Selected());
  assert.equal(selected.count, withReport.length);
  for (const set of ['report35', 'report33', 'report13'] as const) {
    const kernel = new ReportKernel(set);
    const rows = kernel.fill(events, selected, new FeatureBuffer());
    assert.equal(kernel.layout.columns, Number(set.slice(6)));
    withReport.forEach((event, row) => {
      kernel.layout.names.forEach((name, column) => {
        const expected = event.report![golden.columns.report.indexOf(name)]!;
        const where = `${event.set} entry ${event.entry} ${name}`;
        const found = rows.values[rows.offsets[row]! + column]!;
        assertClose(found, expected, kernel.layout.kinds[column]!, where);
        if (expected === 0) assert.equal(found, 0, where);
      });
    });
  }
});
