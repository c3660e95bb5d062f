import assert from 'node:assert/strict';
import test from 'node:test';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import { bootstrapInterval } from '../../../lib/statistics/bootstrap-interval.js';
import { chiSquare, chiSquareDefaults } from '../../../lib/statistics/chi-square.js';
import { clopperPearson, weightedClopperPearson } from '../../../lib/statistics/clopper-pearson.js';
import { chiSquareTail, kolmogorovTail, normalTailQuantile } from '../../../lib/statistics/distributions.js';
import { emptyHistogram, type Histogram, histogramOf } from '../../../lib/statistics/histogram.js';
import { regularAxis } from '../../../lib/statistics/histogram-axis.js';
import { joinLowBins } from '../../../lib/statistics/join-bins.js';
import { binnedKolmogorovTest, kolmogorovTest } from '../../../lib/statistics/kolmogorov.js';
import { rocPoints } from '../../../lib/statistics/roc-points.js';
import { sketchedQuantile } from '../../../lib/statistics/sketched-quantile.js';
import { tailCurve } from '../../../lib/statistics/tail-curve.js';

const reason = (result: object): string => (result as { notDefined: string }).notDefined;

function filled(sums: number[], squares: number[] = sums): Histogram {
  const empty = emptyHistogram(regularAxis(0, sums.length - 2, sums.length - 2));
  return { ...empty, sums: Float64Array.from(sums), squares: Float64Array.from(squares) };
}

const unjoined = { kind: 'data-weighted', minimumEvents: 0, flow: true } as const;

test('a bin without data takes part, with the probability 0 where that is the best', () => {
  // Third bin: W w - N s^2 = 20 x 1 - 10 x 4 < 0, so p = 0 and its term is w^2 / s^2 = 1/4. First and second:
  // p = (W w - N s^2 + sqrt((W w - N s^2)^2 + 4 W^2 n s^2)) / (2 W^2), s^2 = w: 0.5 with term 0 for the first.
  const found = chiSquare(filled([0, 5, 5, 0, 0]), filled([0, 10, 9, 1, 0], [0, 10, 9, 4, 0]), unjoined);
  assert.ok('chi2' in found);
  assert.equal(found.ndf, 2);
  const p = (90 + Math.sqrt(90 ** 2 + 4 * 400 * 5 * 9)) / 800;
  const second = (5 - 10 * p) ** 2 / (10 * p) + (9 - 20 * p) ** 2 / 9;
  assert.ok(Math.abs(found.chi2 - 0.25 - second) < 1e-12);
});

test('low bins are joined from the top down, and a rest at the bottom to the lowest', () => {
  const first = filled([1, 20, 20, 4, 4, 4, 0]);
  const second = filled([0, 50, 50, 50, 50, 50, 50]);
  assert.deepEqual(joinLowBins(first, second, 10, true), { starts: [0, 2, 3], end: 7 });
  assert.deepEqual(joinLowBins(first, second, 10, false), { starts: [1, 2, 3], end: 6 });
  assert.deepEqual(joinLowBins(first, second, 1000, true), { starts: [0], end: 7 });
  // Signed weights: effective events are few where weights cancel.
  const cancelled = filled([0, 40, 1, 20, 0], [0, 40, 40, 20, 0]);
  assert.deepEqual(joinLowBins(cancelled, filled([0, 50, 50, 50, 0]), 10, false).starts, [1, 3]);
  const found = chiSquare(first, second, chiSquareDefaults);
  assert.ok('ndf' in found && found.ndf === 2);
});

test('what cannot be compared says why', () => {
  const some = filled([0, 20, 30, 0]);
  assert.match(reason(chiSquare(filled([0, 0, 0, 0]), some)), /first histogram adds up to 0/);
  assert.match(
    reason(chiSquare(some, filled([0, -1, -2, 0], [0, 1, 1, 0]))),
    /second histogram adds up to -3/,
  );
  assert.match(reason(chiSquare(filled([0, 20, 0, 0]), some)), /fewer than 2 bins/);
  const noVariance = filled([0, 1, 2, 0], [0, 0, 0, 0]);
  assert.match(reason(chiSquare(some, noVariance, { ...unjoined, kind: 'data-weighted' })), /no variance/);
  assert.match(reason(chiSquare(noVariance, noVariance, { ...unjoined, kind: 'weighted' })), /no variance/);
  assert.match(reason(binnedKolmogorovTest(some, filled([0, 0, 0, 0]))), /add up to 50 and 0/);
  const sample = { values: Float32Array.of(1), weights: Float64Array.of(1) };
  const empty = { values: new Float32Array(0), weights: new Float64Array(0) };
  assert.match(reason(kolmogorovTest(sample, empty)), /^second sample: no events/);
  const absent = { values: Float32Array.of(Number.NaN), weights: Float64Array.of(1) };
  assert.match(reason(kolmogorovTest(absent, sample)), /^first sample: 1 of 1 events have no finite value/);
  const negative = { values: Float32Array.of(1), weights: Float64Array.of(-1) };
  assert.match(reason(kolmogorovTest(sample, negative)), /add up to 1 and -1/);
  assert.match(reason(clopperPearson(0, 0)), /0 events have no efficiency/);
  assert.match(reason(clopperPearson(3, 2)), /3 of 2 events/);
  assert.match(reason(clopperPearson(-1, 2)), /-1 of 2 events/);
  assert.match(reason(clopperPearson(1, 2, 1)), /confidence level of 1/);
  assert.match(reason(weightedClopperPearson({ sum: 1 }, { sum: 0, square: 4 })), /add up to 0/);
  assert.match(reason(weightedClopperPearson({ sum: 3 }, { sum: 2, square: 4 })), /share of 1.5/);
  assert.match(reason(bootstrapInterval(Float64Array.of(1))), /fewer than 2/);
  assert.match(reason(bootstrapInterval(Float64Array.of(1, 2, Number.NaN))), /not defined in 1 of 3/);
  assert.match(reason(sketchedQuantile(new QuantileSketch(), 0.5)), /no events/);
  const curve = tailCurve(Float32Array.of(1), Float64Array.of(1));
  const none = tailCurve(new Float32Array(0), new Float64Array(0));
  assert.match(reason(rocPoints(curve, none)), /^background: no events/);
});

test('an interval of equal weights is that of the events', () => {
  const plain = clopperPearson(7, 20, 0.9);
  const weighted = weightedClopperPearson({ sum: 7 * 0.5 }, { sum: 20 * 0.5, square: 20 * 0.25 }, 0.9);
  assert.deepEqual(weighted, plain);
  assert.deepEqual(clopperPearson(0, 5, 0.9), {
    low: 0,
    high: (clopperPearson(0, 5, 0.9) as { high: number }).high,
  });
});

test('a distance known by hand: signed weights, and equal values that are one step', () => {
  const first = { values: Float32Array.of(1, 2, 2, 3), weights: Float64Array.of(1, 1, 1, 1) };
  const second = { values: Float32Array.of(2, 3, 4), weights: Float64Array.of(3, -1, 2) };
  // Shares above 1, 2, 3: first 3/4, 1/4, 0; second 1, 1/4, 1/2.
  const found = kolmogorovTest(first, second);
  assert.ok('distance' in found);
  assert.equal(found.distance, 0.5);
  const axis = regularAxis(0.5, 4.5, 4);
  const [left, right] = [first, second].map(({ values, weights }) => histogramOf(axis, values, weights));
  assert.deepEqual(binnedKolmogorovTest(left!, right!), found);
});

test('tails at their ends', () => {
  assert.equal(normalTailQuantile(0), Number.POSITIVE_INFINITY);
  assert.equal(normalTailQuantile(1), Number.NEGATIVE_INFINITY);
  assert.equal(normalTailQuantile(0.5), 0);
  assert.equal(kolmogorovTail(0), 1);
  assert.equal(kolmogorovTail(0.05), 1);
  assert.ok(kolmogorovTail(40) >= 0 && kolmogorovTail(40) < 1e-300);
});

test('a curve that jumps keeps its corner', () => {
  const rows = 1000;
  const scores = Float32Array.from({ length: rows }, (_, i) => i);
  const weights = new Float64Array(rows).fill(1);
  const found = rocPoints(
    tailCurve(Float32Array.of(990.5), Float64Array.of(1)),
    tailCurve(scores, weights),
    0.5,
  );
  assert.ok('signal' in found);
  const corner = found.background.indexOf(0.009);
  assert.ok(corner > 0 && found.signal[corner] === 0);
  assert.ok(found.background.length < 80);
});

test('a tail far beyond any chance is a tiny number, or 0, and no error', () => {
  // scipy.stats.chi2.sf(1000, 30)
  assert.ok(Math.abs(chiSquareTail(1000, 30) / 5.131435321572562e-191 - 1) < 1e-9);
  for (const value of [2000, 1e5, 1e12]) assert.equal(chiSquareTail(value, 30), 0);
  assert.equal(kolmogorovTail(3000), 0);
});
