import assert from 'node:assert/strict';
import test from 'node:test';
import { flatnessOf } from '../../../bench/support/soak/flatness.js';
import { histogramOn, quantileOf, quantileOfValues, since } from '../../../bench/support/soak/latency.js';
import { lookAtProcess } from '../../../bench/support/soak/samples.js';

const mebibyte = 1024 * 1024;

/** Half an hour of samples, every five seconds. */
function series(at: (seconds: number) => number) {
  const seconds = Array.from({ length: 360 }, (_, index) => 5 * index);
  const slack = 16 * mebibyte;
  return { process: 'p', quantity: 'resident', slack, seconds, values: seconds.map(at) };
}

test('a saw of garbage collection is flat, and a start that grows does not count', () => {
  const saw = series((seconds) => 300 * mebibyte + 120 * mebibyte * ((seconds % 37) / 37));
  assert.equal(flatnessOf(saw, 300)?.isFlat, true);
  const start = series((seconds) => 400 * mebibyte * Math.min(1, (seconds + 30) / 200));
  assert.equal(flatnessOf(start, 300)?.isFlat, true);
  assert.equal(
    flatnessOf(
      series((seconds) => (500 - seconds / 10) * mebibyte),
      300,
    )?.isFlat,
    true,
  );
});

test('a slow leak under a saw is found: one of 25 MiB in half an hour', () => {
  const leak = series(
    (seconds) => 200 * mebibyte + 30 * mebibyte * ((seconds % 37) / 37) + (25 * mebibyte * seconds) / 1500,
  );
  const found = flatnessOf(leak, 300)!;
  assert.equal(found.isFlat, false);
  assert.ok(Math.abs(found.growth / mebibyte - 25) < 3, `${found.growth / mebibyte}`);
  assert.ok(Math.abs(found.growthPerHour / mebibyte - 60) < 8);
});

test('too few samples are no verdict', () => {
  assert.equal(
    flatnessOf(
      series(() => 1),
      1790,
    ),
    undefined,
  );
  assert.equal(
    flatnessOf(
      series(() => 1),
      5000,
    ),
    undefined,
  );
});

const page = (counts: readonly number[]) =>
  ['0.5', '1', '2', '+Inf']
    .map((le, index) => `rmmstream_wait_seconds_bucket{stage="scorer",le="${le}"} ${counts[index]}`)
    .concat('rmmstream_wait_seconds_count{stage="scorer"} 9', 'rmmstream_wait_seconds_sum{stage="scorer"} 9')
    .join('\n');

test('quantiles of what was counted since a moment, over processes', () => {
  const read = (counts: readonly number[]) => histogramOn(page(counts), 'rmmstream_wait_seconds');
  const found = since([read([5, 5, 5, 5])], [read([5, 9, 9, 9]), read([0, 0, 4, 8])]);
  assert.deepEqual(found, { bounds: [0.5, 1, 2, Number.POSITIVE_INFINITY], counts: [0, 4, 8, 12] });
  assert.equal(quantileOf(found, 1 / 3), 1);
  assert.equal(quantileOf(found, 0.5), 1.5);
  assert.equal(quantileOf(found, 0.99), 2, 'above the last bound nothing is known');
  assert.equal(quantileOf(since([], [read([0, 0, 0, 0])]), 0.5), undefined);
  assert.deepEqual(histogramOn('', 'rmmstream_wait_seconds'), { bounds: [], counts: [] });
  assert.equal(quantileOfValues([3, 1, 2], 0.5), 2);
  assert.equal(quantileOfValues([], 0.5), undefined);
});

test('a process is looked at, and one that has ended is not there', {
  skip: process.platform !== 'linux',
}, () => {
  const own = lookAtProcess('self')!;
  assert.ok(own.resident > 20 * mebibyte && own.descriptors > 2);
  assert.equal(lookAtProcess(2 ** 30), undefined);
});
