import assert from 'node:assert/strict';
import test from 'node:test';
import { aroundSums, bindRows } from '../../../lib/learning/expand.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { emptyMoments, rowMoments } from '../../../lib/learning/moments.js';
import { momentsFromBytes, momentsToBytes } from '../../../lib/learning/moments-bytes.js';
import { defaultScalerOptions, excludedDivisor, freezeScaler, median } from '../../../lib/learning/scaler.js';
import { scalerFromJson, scalerToJson } from '../../../lib/learning/scaler-json.js';
import { expectError } from './expect-error.js';
import { fromDense } from './fixtures.js';

/**
 * 200 rows; columns: 0 and 1 vary (gev, std 2 and 4), 2 is constant 7 (gev), 3 is filled 5 times (gev),
 * 4 is 1e6 up to float rounding (gev), 5 is never filled (rapidity), 6 varies (imbalance).
 */
const dense = Array.from({ length: 200 }, (_, row) => {
  const sign = row % 2 === 0 ? 1 : -1;
  return [10 + 2 * sign, 20 + 4 * sign, 7, row < 5 ? 300 : 0, row === 0 ? 1e6 + 0.0625 : 1e6, 0, sign];
});
const kinds = ['gev', 'gev', 'gev', 'gev', 'gev', 'rapidity', 'imbalance'];
const moments = rowMoments(fromDense(dense, 7));

test('columns that are rare, constant or only rounding noise go around with the median spread of their kind', () => {
  const scaler = freezeScaler(moments, kinds);
  assert.deepEqual([...scaler.trained], [0, 1, 6]);
  assert.deepEqual([...scaler.constant], [2, 5]);
  assert.deepEqual([...scaler.center].slice(0, 4), [10, 20, 7, 0]);
  assert.ok(Math.abs(scaler.center[4]! - 1e6) < 1e-3);
  assert.deepEqual([...scaler.divisor], [2, 4, 3, 3, 3, 1, 1]);
  assert.deepEqual(scaler.kindsWithoutDivisor, ['rapidity']);
  assert.equal(scaler.rows, 200);
});

test('min-max uses minimum and range, and the median range for what goes around', () => {
  const scaler = freezeScaler(moments, kinds, { ...defaultScalerOptions, type: 'minmax' });
  assert.deepEqual([...scaler.center].slice(0, 2), [8, 16]);
  assert.deepEqual([...scaler.divisor].slice(0, 4), [4, 8, 6, 6]);
});

test('with constant_columns through every column is trained and what does not vary has the divisor 1', () => {
  const scaler = freezeScaler(moments, kinds, { ...defaultScalerOptions, constantColumns: 'through' });
  assert.equal(scaler.trained.length, 7);
  assert.equal(scaler.divisor[2], 1);
  assert.equal(scaler.center[2], 7);
  assert.equal(scaler.divisor[5], 1);
});

test('a lower min_filled lets a rare column in', () => {
  const scaler = freezeScaler(moments, kinds, { ...defaultScalerOptions, minFilled: 5 });
  assert.deepEqual([...scaler.trained], [0, 1, 3, 6]);
});

test('an excluded column goes around the network and adds nothing to errors, whatever its value', () => {
  const scaler = freezeScaler(moments, kinds, defaultScalerOptions, new Set([1, 3]));
  assert.deepEqual([...scaler.trained], [0, 6]);
  assert.deepEqual(
    [...scaler.divisor],
    [2, excludedDivisor, 2, excludedDivisor, 2, 1, 1],
    'nor to the median spread',
  );
  const row = [10, 1e6, 7, 5e8, 1e6, 0, 1];
  const bound = bindRows(planExpansion(scaler), fromDense([row, row.with(1, -3).with(3, 0)], 7));
  const [squares, absolutes] = [new Float64Array(2), new Float64Array(2)];
  aroundSums(bound, 0, 2, squares, absolutes);
  for (const sums of [squares, absolutes])
    assert.ok(Math.abs(sums[0]! - sums[1]!) < 1e-20, `${sums[0]}, ${sums[1]}`);
  assert.equal(scalerFromJson(scalerToJson(scaler)).id, scaler.id);
});

test('excluded columns go around with constant_columns through too, and not all can be', () => {
  const through = { ...defaultScalerOptions, constantColumns: 'through' } as const;
  assert.deepEqual([...freezeScaler(moments, kinds, through, new Set([2])).trained], [0, 1, 3, 4, 5, 6]);
  expectError(
    () => freezeScaler(moments, kinds, defaultScalerOptions, new Set([0, 1, 6])),
    'scaler_no_trained_column',
    /^3 columns are left out \(features\.exclude\), and of the rest none/,
  );
});

test('no trained column and no rows are refused with what was found', () => {
  expectError(
    () => freezeScaler(moments, kinds, { ...defaultScalerOptions, minFilled: 201 }),
    'scaler_no_trained_column',
    /at least 201 of 200 training rows.*fullest column has 200/,
  );
  expectError(() => freezeScaler(emptyMoments(7), kinds), 'scaler_no_trained_column', /of 0 training rows/);
});

test('a scaler survives its JSON with every bit and the same id', () => {
  const scaler = freezeScaler(moments, kinds);
  const text = scalerToJson(scaler);
  assert.deepEqual(scalerFromJson(text), scaler);
  assert.equal(scalerToJson(scalerFromJson(text)), text);
  assert.match(scaler.id, /^[0-9a-f]{16}$/);
  const other = freezeScaler(moments, kinds, { ...defaultScalerOptions, minFilled: 5 });
  assert.notEqual(other.id, scaler.id);
});

test('a scaler file that was changed, cut or is something else is refused', () => {
  const text = scalerToJson(freezeScaler(moments, kinds));
  expectError(() => scalerFromJson(text.replace('"rows": 200', '"rows": 201')), 'model_corrupt', /id/);
  expectError(() => scalerFromJson(text.slice(0, -20), 'x/scaler.json'), 'model_corrupt', /x\/scaler.json/);
  expectError(() => scalerFromJson('null'), 'model_corrupt', /not a scaler/);
  expectError(
    () => scalerFromJson(text.replace('"version": 1', '"version": 2')),
    'model_version_unsupported',
    /2/,
  );
  expectError(
    () => scalerFromJson(text.replace('"columns": 7', '"columns": 8')),
    'model_corrupt',
    /8 values/,
  );
});

test('a value that is not finite is refused with its column', () => {
  const bad = dense.map((row) => [...row]);
  bad[17]![3] = Number.NaN;
  expectError(() => rowMoments(fromDense(bad, 7)), 'feature_not_finite', /column 3/);
  bad[17]![3] = Number.POSITIVE_INFINITY;
  expectError(() => rowMoments(fromDense(bad, 7)), 'feature_not_finite', /column 3/);
  // A row outside the training part may hold anything.
  const mask = new Uint8Array(200).fill(1);
  mask[17] = 0;
  assert.equal(rowMoments(fromDense(bad, 7), mask).rows, 199);
});

test('bytes that are not moments are refused', () => {
  const bytes = momentsToBytes(moments);
  assert.ok(bytes.length < 24 + 1 + 7 * 40 + 1);
  for (let length = 0; length < bytes.length; length++) {
    expectError(() => momentsFromBytes(bytes.subarray(0, length)), 'model_corrupt', /not scaler moments/);
  }
  const wrong = bytes.slice();
  wrong[0]! ^= 1;
  expectError(() => momentsFromBytes(wrong), 'model_corrupt', /RMM1/);
});

test('the median of an even count is the mean of the two middle values', () => {
  assert.equal(median([]), undefined);
  assert.equal(median([3]), 3);
  assert.equal(median([10, 1, 3, 2]), 2.5);
});
