import assert from 'node:assert/strict';
import test from 'node:test';
import { coarseBins } from '../../../services/agreement/coarse.js';
import { binsOf, edgesOf, fineBins, placesOf } from '../../../services/agreement/variable-bins.js';

const ramp = (low: number, high: number, count = 5001) =>
  Float32Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

test('bins span all but a thousandth at either end', () => {
  const { low, high, count, scale, whole } = binsOf(ramp(-1, 1));
  assert.ok(Math.abs(low + 0.998) < 3e-6 && Math.abs(high - 0.998) < 3e-6, `${low} to ${high}`);
  assert.deepEqual([count, scale, whole], [fineBins, 'linear', false]);
});

test('a positive variable over more than a decade is binned in its logarithm', () => {
  const bins = binsOf(ramp(0, 3).map((power) => 10 ** power));
  assert.equal(bins.scale, 'log10');
  const edges = edgesOf(bins);
  assert.ok(edges[0]! > 1 && edges[0]! < 1.02 && edges[fineBins]! > 980, `${edges[0]} to ${edges[fineBins]}`);
});

test('whole numbers have a bin each, in whatever range they lie', () => {
  const bins = binsOf(Float32Array.of(2, 2, 3, 5));
  assert.deepEqual(bins, { low: 1.5, high: 5.5, count: 4, scale: 'linear', whole: true });
  assert.equal(placesOf(bins), 7);
  assert.equal(binsOf(Float32Array.from({ length: 300 }, (_, i) => i)).whole, false);
});

test('a constant that is no whole number has bins around it', () => {
  const { low, high } = binsOf(new Float32Array(10).fill(0.25));
  assert.ok(low < 0.25 && high > 0.25);
});

test('figures have six fine bins in one, and leave out what has no bin', () => {
  const bins = binsOf(ramp(0.5, 1.5));
  const { edges, of } = coarseBins(bins);
  assert.equal(edges.length, 41);
  assert.deepEqual([edges[0], edges[40]], [bins.low, bins.high]);
  const counts = new Float64Array(placesOf(bins)).fill(1);
  assert.deepEqual(of(counts), new Float64Array(40).fill(6));
});
