import assert from 'node:assert/strict';
import test from 'node:test';
import { cellErrorsOf } from '../../support/cell-errors.js';
import { madeModel } from '../../support/made-model.js';
import { networkScores } from '../../support/network-scores.js';
import { makeRows } from './fixtures.js';

test('what the cells add is the score in all, for every score of a network', async () => {
  const model = madeModel();
  const { rows } = makeRows(9, 50, 20);
  assert.ok(model.scaler.trained.length < 20, 'some columns go around');
  const scores = await networkScores(model, rows);
  for (const score of ['error', 'error_normalised', 'error_abs'] as const) {
    const cells = await cellErrorsOf(model, score, rows);
    assert.ok(cells.every((value) => value >= 0));
    for (let row = 0; row < rows.rows; row++) {
      const sum = cells.subarray(row * 20, row * 20 + 20).reduce((all, value) => all + value, 0);
      const found = score === 'error_abs' ? Math.log(sum) : sum;
      const wanted = scores[score]![row]!;
      assert.ok(
        Math.abs(found - wanted) <= 1e-5 * Math.abs(wanted),
        `${score} ${row}: ${found}, not ${wanted}`,
      );
    }
  }
});

test('a row that is no number stays in its own place', async () => {
  const model = madeModel();
  const { rows } = makeRows(9, 20, 20);
  const clean = await cellErrorsOf(model, 'error', rows);
  const values = rows.values.slice();
  values.fill(Number.NaN, rows.offsets[19]!, rows.offsets[20]!);
  const found = await cellErrorsOf(model, 'error', { ...rows, values });
  assert.deepEqual(found.subarray(0, 19 * 20), clean.subarray(0, 19 * 20));
  assert.ok(Number.isNaN(found[19 * 20]!));
});
