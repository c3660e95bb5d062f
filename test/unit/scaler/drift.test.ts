import assert from 'node:assert/strict';
import test from 'node:test';
import { mergeMoments, rowMoments } from '../../../lib/learning/moments.js';
import { freezeScaler } from '../../../lib/learning/scaler.js';
import { driftByKind, featureDrifts } from '../../../services/scaler/drift.js';
import { makeRows, toDense } from '../learning/fixtures.js';

const columns = 6;
const kinds = ['energy', 'energy', 'angle', 'angle', 'angle', 'imbalance'];
const reference = makeRows(1, 4000, columns);
const options = {
  type: 'standard',
  weights: 'none',
  minFilled: 10,
  minRelativeStd: 1e-6,
  constantColumns: 'around',
} as const;
const frozenMoments = rowMoments(reference.rows);
const scaler = freezeScaler(frozenMoments, kinds, options);

/** Mean and spread of a column, the plain way. */
function plain(rows: ReturnType<typeof makeRows>, column: number): { mean: number; std: number } {
  const values = toDense(rows.rows).map((row) => row[column]!);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean,
    std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
  };
}

test('shift is that of the mean in frozen deviations, spread the ratio of deviations', () => {
  const window = makeRows(2, 3000, columns);
  for (let at = 0; at < window.rows.values.length; at += 1) window.rows.values[at]! *= 1.5;
  const drifts = featureDrifts(scaler, frozenMoments, rowMoments(window.rows));
  assert.deepEqual(
    drifts.map(({ column }) => column),
    [...scaler.trained],
  );
  for (const { column, shift, spread } of drifts) {
    const [before, now] = [plain(reference, column), plain(window, column)];
    assert.ok(Math.abs(shift - (now.mean - before.mean) / before.std) < 1e-5, `shift of ${column}`);
    assert.ok(Math.abs(spread - now.std / before.std) < 1e-5, `spread of ${column}`);
  }
});

test('values that are larger by a half are spread by a half more', () => {
  const window = makeRows(1, 4000, columns);
  for (let at = 0; at < window.rows.values.length; at += 1) window.rows.values[at]! *= 1.5;
  for (const { shift, spread } of featureDrifts(scaler, frozenMoments, rowMoments(window.rows))) {
    assert.ok(Math.abs(spread - 1.5) < 1e-6);
    assert.ok(shift > 0.1);
  }
});

test('the rows that the scaler was made from have not moved', () => {
  for (const { shift, spread } of featureDrifts(scaler, frozenMoments, frozenMoments)) {
    assert.equal(shift, 0);
    assert.equal(spread, 1);
  }
});

test('kinds tell their largest shift and how many features are beyond the limit', () => {
  const drifts = [
    { column: 0, shift: -0.5, spread: 1 },
    { column: 1, shift: 0.1, spread: 1 },
    { column: 2, shift: 0.3, spread: 1 },
    { column: 3, shift: 0.25, spread: 1 },
  ];
  assert.deepEqual(driftByKind(scaler, drifts, 0.25), [
    { kind: 'energy', largestShift: 0.5, drifting: 1 },
    { kind: 'angle', largestShift: 0.3, drifting: 1 },
    { kind: 'imbalance', largestShift: 0, drifting: 0 },
  ]);
});

test('a window without rows has moved nothing that is not zero', () => {
  const none = mergeMoments(
    rowMoments(makeRows(3, 1, columns).rows, new Uint8Array(1)),
    rowMoments(makeRows(3, 1, columns).rows, new Uint8Array(1)),
  );
  for (const { shift, spread } of featureDrifts(scaler, frozenMoments, none))
    assert.ok(Number.isFinite(shift) && Number.isFinite(spread));
});
