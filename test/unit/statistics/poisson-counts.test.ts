import assert from 'node:assert/strict';
import test from 'node:test';
import { backgroundStream, poissonCounts, signalStream } from '../../../lib/statistics/poisson-counts.js';

function counts(rows: number, seed: number, replica: number, stream: number): Uint8Array {
  const made = new Uint8Array(rows).fill(255);
  poissonCounts(seed, replica, stream, made);
  return made;
}

test('counts are distributed as Poisson(1)', () => {
  const rows = 400_000;
  const seen = new Float64Array(14);
  for (const count of counts(rows, 1, 0, backgroundStream)) seen[count]!++;
  let chance = Math.exp(-1);
  let chi2 = 0;
  for (let k = 0; k < 8; k++) {
    chi2 += (seen[k]! - rows * chance) ** 2 / (rows * chance);
    chance /= k + 1;
  }
  // 8 classes: above 26.1 in one of a thousand seeds.
  assert.ok(chi2 < 26.1, `chi^2 = ${chi2}`);
});

test('counts of an event depend on seed, replica, stream and event, and on nothing else', () => {
  const some = counts(1000, 1, 5, backgroundStream);
  assert.deepEqual(counts(5000, 1, 5, backgroundStream).subarray(0, 1000), some);
  const others = [
    counts(1000, 2, 5, backgroundStream),
    counts(1000, 1, 6, backgroundStream),
    counts(1000, 1, 5, signalStream),
  ];
  for (const other of others) {
    let covariance = 0;
    for (let i = 0; i < 1000; i++) covariance += (some[i]! - 1) * (other[i]! - 1);
    // Independent: standard deviation sqrt(1000).
    assert.ok(Math.abs(covariance) < 4 * Math.sqrt(1000), `covariance ${covariance}`);
  }
});
