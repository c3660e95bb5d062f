import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { FeatureBuffer } from '../../../lib/physics/feature-buffer.js';
import { HighLevelKernel, highLevelCount, highLevelNames } from '../../../lib/physics/high-level.js';
import { EventQuantities, eventQuantities } from '../../../lib/physics/quantities.js';
import { RmmKernel, rmmLayout } from '../../../lib/physics/rmm/index.js';
import { Selected, select, selectionOptions } from '../../../lib/physics/selection/index.js';
import { goldenPath, readGolden, toEvents } from './fixture.js';

const { rows: expected } = JSON.parse(readFileSync(goldenPath('high-level.json'), 'utf8')) as {
  readonly rows: readonly (readonly number[])[];
};

test('every shipped golden event has the high-level features that numpy reads from its golden matrix', () => {
  const { events: golden } = readGolden();
  const events = toEvents(golden);
  const selected = select(events, selectionOptions(), 1, new Selected());
  const { mll } = eventQuantities(events, selected, new EventQuantities());
  for (const sqrtSGev of [0, 13000]) {
    const layout = rmmLayout({ sqrtSGev });
    const rows = new RmmKernel(layout).fill(events, selected, new FeatureBuffer());
    const found = new Float32Array(rows.rows * highLevelCount);
    new HighLevelKernel(layout).fill(rows, Float32Array.from(mll), found);
    assert.equal(rows.rows, expected.length);
    expected.forEach((values, row) => {
      values.forEach((value, column) => {
        const at = found[row * highLevelCount + column]!;
        assert.ok(
          Math.abs(at - value) <= 2e-5 * (1 + value),
          `${golden[row]!.set} entry ${golden[row]!.entry} ${highLevelNames[column]}: ${at}, not ${value}`,
        );
      });
    });
  }
});
