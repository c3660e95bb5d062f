import assert from 'node:assert/strict';
import test from 'node:test';
import { binOf, energyBins } from '../../../lib/statistics/energy-bins.js';
import { areaUnderCurve, backgroundRejection, signalEfficiency } from '../../../lib/statistics/roc.js';
import { BackgroundReference } from '../../../lib/statistics/separation.js';
import { tailCurve } from '../../../lib/statistics/tail-curve.js';
import { weightedMean, weightedQuantiles } from '../../../lib/statistics/weighted.js';

const curve = (scores: number[], weights: number[] = scores.map(() => 1)) =>
  tailCurve(Float32Array.from(scores), Float64Array.from(weights));
const reason = (result: object): string => (result as { notDefined: string }).notDefined;

test('areas known by hand', () => {
  // One signal event between two background events, above one and level with the other: (1 + 1/2) / 2.
  assert.deepEqual(areaUnderCurve(curve([1]), curve([0, 1])), { value: 0.75 });
  assert.deepEqual(areaUnderCurve(curve([2, 3]), curve([0, 1])), { value: 1 });
  assert.deepEqual(areaUnderCurve(curve([0]), curve([1])), { value: 0 });
  assert.deepEqual(areaUnderCurve(curve([0, -0]), curve([-0, 0])), { value: 0.5 });
  // The background at 0 weighs 3 of 4.
  assert.deepEqual(areaUnderCurve(curve([0.5]), curve([0, 1], [3, 1])), { value: 0.75 });
  const infinite = areaUnderCurve(curve([Number.POSITIVE_INFINITY]), curve([Number.NEGATIVE_INFINITY, 3e38]));
  assert.deepEqual(infinite, { value: 1 });
});

test('a falling share is replaced by the nearest monotone one', () => {
  // Raw shares from the top: 1.5 clipped to 1, 0.5, 1; highest so far 1, 1, 1; lowest to come 0.5, 0.5, 1.
  const result = curve([3, 2, 1], [3, -2, 1]);
  assert.ok('shares' in result);
  assert.deepEqual([...result.shares], [0.75, 0.75, 1]);
  assert.equal(result.total, 2);
});

test('efficiencies are read off the curve between its points', () => {
  const signal = curve([4, 2]);
  const background = curve([5, 3, 1, 0]);
  // Points (x, y) from the top: (.25, 0) (.25, .5) (.5, .5) (.5, 1) (.75, 1) (1, 1).
  assert.deepEqual(signalEfficiency(signal, background, 0.1), { value: 0 });
  assert.deepEqual(signalEfficiency(signal, background, 0.25), { value: 0.5 });
  assert.deepEqual(signalEfficiency(signal, background, 0.5), { value: 1 });
  assert.deepEqual(signalEfficiency(signal, background, 1), { value: 1 });
  assert.deepEqual(backgroundRejection(signal, background, 0.75), { value: 2 });
  assert.match(reason(signalEfficiency(signal, background, 2)), /not between 0 and 1/);
  // The whole signal lies above the background.
  assert.match(reason(backgroundRejection(curve([9]), background, 0.5)), /no background is left/);
});

test('what has no answer says why, and never NaN', () => {
  const some = curve([1, 2]);
  assert.match(reason(curve([])), /no events/);
  assert.match(reason(curve([1, Number.NaN])), /1 of 2 events have no score/);
  assert.match(reason(curve([1, 2], [1, Number.POSITIVE_INFINITY])), /1 of 2 events/);
  assert.match(reason(curve([1, 2], [1, -3])), /add up to -2/);
  assert.match(reason(areaUnderCurve(curve([]), some)), /^signal: no events/);
  assert.match(reason(areaUnderCurve(some, curve([1], [0]))), /^background: .*add up to 0/);
  assert.match(reason(weightedQuantiles(Float32Array.of(), Float64Array.of(), [0.5])[0]!), /no events/);
  assert.match(reason(weightedQuantiles(Float32Array.of(1), Float64Array.of(0), [0.5])[0]!), /all 0/);
  assert.match(reason(weightedMean(Float32Array.of(Number.NaN), Float64Array.of(1))), /no finite value/);
  const few = energyBins(Float32Array.of(1, 2, 3), Float64Array.of(1, 1, 1));
  assert.match(reason(few), /3.0 effective events are too few/);
  const reference = new BackgroundReference(
    { scores: Float32Array.of(1, 2, 3), weights: Float64Array.of(1, 1, 1), energy: Float32Array.of(1, 2, 3) },
    few,
  );
  const none = reference.separation({
    scores: new Float32Array(0),
    weights: new Float64Array(0),
    energy: new Float32Array(0),
  });
  assert.match(reason(none.auc), /signal: no events/);
  assert.match(reason(none.aucWithinBins), /too few/);
  assert.match(reason(none.signalEfficiency['0.01']!), /no events/);
});

test('bins of a large background are its deciles with the top one cut, each of 50 events or more', () => {
  const rows = 10_000;
  const energy = Float32Array.from({ length: rows }, (_, i) => ((i * 7919) % rows) + 1);
  const bins = energyBins(energy, new Float64Array(rows).fill(-2).fill(1));
  assert.ok('edges' in bins);
  assert.deepEqual([...bins.edges], [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 9500, 9800, 9900]);
  const counts = new Array<number>(bins.count).fill(0);
  for (const bin of binOf(bins, energy)) counts[bin]!++;
  assert.deepEqual(counts, [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 500, 300, 100, 100]);
  // With 4,000 events the two uppermost bins hold 40 each, and are joined.
  const fewer = energyBins(
    energy.map((value) => value / 1).subarray(0, 4000),
    new Float64Array(4000).fill(0.1),
  );
  assert.ok('edges' in fewer);
  assert.equal(fewer.count, 12);
});

test('within bins a score that is the energy itself falls back towards chance', () => {
  const rows = 20_000;
  const energy = Float32Array.from({ length: rows }, (_, i) => ((i * 7919) % rows) / rows);
  const weights = new Float64Array(rows).fill(1);
  const bins = energyBins(energy, weights);
  const signalEnergy = Float32Array.from({ length: 3000 }, (_, i) => 0.5 + i / 6000);
  const signal = { scores: signalEnergy, weights: new Float64Array(3000).fill(0.3), energy: signalEnergy };
  const found = new BackgroundReference({ scores: energy, weights, energy }, bins).separation(signal);
  assert.ok('value' in found.auc && 'value' in found.aucWithinBins);
  assert.ok(found.auc.value > 0.74);
  assert.ok(Math.abs(found.aucWithinBins.value - 0.5) < 0.01);
});
