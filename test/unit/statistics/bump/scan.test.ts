import assert from 'node:assert/strict';
import test from 'node:test';
import { WindowScan } from '../../../../lib/statistics/bump/scan.js';

const ones = (length: number) => new Float64Array(length).fill(1);
const options = { minWidth: 2, maxWidth: 3, sidebands: false };

test('without an excess there is no p-value below 1', () => {
  const scan = new WindowScan(5, options);
  const { logP, from, end } = scan.best(
    Float64Array.of(0, 1, 0, 1, 0),
    Float64Array.of(1, 1, 1, 1, 1),
    ones(5),
  );
  assert.deepEqual([logP, from, end], [0, 0, 2]);
});

test('of equal windows the narrowest counts, then the first', () => {
  const scan = new WindowScan(7, options);
  const best = scan.best(Float64Array.of(0, 4, 4, 0, 4, 4, 0), Float64Array.of(1, 1, 1, 1, 1, 1, 1), ones(7));
  assert.deepEqual([best.from, best.end, best.counted, best.background], [1, 3, 8, 2]);
});

test('side bands take a wrong normalisation out', () => {
  const scan = new WindowScan(6, { ...options, sidebands: true });
  const counts = Float64Array.of(200, 140, 90, 30, 20, 10);
  const means = Float64Array.of(100, 50, 30, 15, 10, 5);
  const best = scan.best(counts, means, ones(6));
  assert.deepEqual([best.from, best.end], [1, 3]);
  assert.ok(Math.abs(best.background - (80 * 260) / 130) < 1e-9);
});

test('everything inside one window leaves no side band, and no p-value', () => {
  const scan = new WindowScan(3, { minWidth: 2, maxWidth: 3, sidebands: true });
  const { logP } = scan.best(Float64Array.of(3, 3, 0), Float64Array.of(1, 1, 1), ones(3));
  assert.equal(logP, 0);
});
