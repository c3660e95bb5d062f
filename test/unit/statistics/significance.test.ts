import assert from 'node:assert/strict';
import test from 'node:test';
import { histogramOf, scaleHistogram } from '../../../lib/statistics/histogram.js';
import { regularAxis } from '../../../lib/statistics/histogram-axis.js';
import {
  asimovSignificance,
  asimovSignificanceWithError,
  simpleSignificance,
} from '../../../lib/statistics/significance.js';
import { bestThreshold, significanceScan } from '../../../lib/statistics/significance-scan.js';
import { testWeightFactor } from '../../../lib/statistics/test-weights.js';

const reason = (result: object): string => (result as { notDefined: string }).notDefined;

test('what has no significance says why', () => {
  for (const form of [
    simpleSignificance,
    asimovSignificance,
    (s: number, b: number) => asimovSignificanceWithError(s, b, 1),
  ]) {
    assert.match(reason(form(1, 0)), /the background is 0/);
    assert.match(reason(form(1, -2)), /the background is negative \(-2.000 events\)/);
    assert.match(reason(form(-1, 2)), /the signal is negative/);
    assert.match(reason(form(Number.NaN, 2)), /signal of NaN events is not finite/);
    assert.match(reason(form(1, Number.POSITIVE_INFINITY)), /background of Infinity events is not finite/);
    assert.deepEqual(form(0, 3), { value: 0 });
  }
  assert.match(reason(asimovSignificanceWithError(1, 1, -1)), /uncertainty of -1/);
  assert.match(reason(asimovSignificanceWithError(1, 1, Number.NaN)), /uncertainty of NaN/);
  assert.deepEqual(asimovSignificanceWithError(3, 7, 0), asimovSignificance(3, 7));
});

const axis = regularAxis(0, 300, 3);

test('everything at or above a threshold counts, the overflow too, in both samples alike', () => {
  const signal = histogramOf(axis, Float32Array.of(50, 150, 250, 900), Float64Array.of(1, 1, 2, 4));
  const background = histogramOf(axis, Float32Array.of(-5, 50, 150, 850), Float64Array.of(99, 30, 7, 9));
  const scan = significanceScan(signal, background, { relative: 0.5, statistical: true });
  assert.deepEqual(
    scan.map(({ threshold, signal: s, background: b, signalRows, backgroundRows }) => [
      threshold,
      s,
      b,
      signalRows,
      backgroundRows,
    ]),
    [
      [0, 8, 46, 4, 3],
      [100, 7, 16, 3, 2],
      [200, 6, 9, 2, 1],
      [300, 4, 9, 1, 1],
    ],
  );
  // No cut on the background alone: the event at 850 GeV is there up to the last threshold.
  assert.equal(scan[1]!.backgroundError, Math.hypot(8, Math.sqrt(49 + 81)));
  assert.deepEqual(scan[2]!.simple, { value: 2 });
  assert.deepEqual(scan[1]!.asimov, asimovSignificance(7, 16));
  assert.deepEqual(scan[1]!.asimovWithError, asimovSignificanceWithError(7, 16, scan[1]!.backgroundError));
  assert.equal(
    significanceScan(signal, background, { relative: 0.5, statistical: false })[1]!.backgroundError,
    8,
  );
  assert.equal((bestThreshold(scan, 'simple') as { threshold: number }).threshold, 200);
  assert.equal((bestThreshold(scan, 'simple', 2) as { threshold: number }).threshold, 100);
  assert.match(reason(bestThreshold(scan, 'simple', 50)), /none of 4 thresholds/);
});

test('beyond the last event of a sample there is a reason, not a number', () => {
  const signal = histogramOf(axis, Float32Array.of(50, 250));
  const background = histogramOf(axis, Float32Array.of(50, 150, 160), Float64Array.of(1, 1, -2));
  const scan = significanceScan(signal, background, { relative: 0, statistical: true });
  assert.match(reason(scan[0]!.asimov), /the background is 0/);
  assert.match(reason(scan[1]!.asimov), /the background is negative/);
  assert.match(reason(scan[2]!.asimov), /no background event/);
  assert.match(reason(scan[2]!.asimovWithError), /no background event/);
  assert.match(reason(scan[3]!.simple), /no background event/);
  const turned = significanceScan(histogramOf(axis, Float32Array.of(50)), signal, {
    relative: 0,
    statistical: true,
  });
  assert.match(reason(turned[1]!.simple), /no signal event/);
});

test('test events scaled to the full luminosity make s/sqrt(b) what the whole background makes it', () => {
  const rows = 1000;
  const met = Float32Array.from({ length: rows }, (_, i) => (i % 300) + 0.5);
  const whole = histogramOf(axis, met);
  const tested = histogramOf(axis, met, undefined, {
    mask: Uint8Array.from(met, (_, i) => (i % 5 === 0 ? 1 : 0)),
  });
  const signal = histogramOf(axis, met.subarray(0, 30));
  const error = { relative: 0, statistical: false };
  const scaled = significanceScan(signal, scaleHistogram(tested, testWeightFactor(0.8)), error);
  assert.deepEqual(scaled[0]!.simple, significanceScan(signal, whole, error)[0]!.simple);
  // Unscaled the same signal would look sqrt(5) times as significant.
  const wrong = significanceScan(signal, tested, error)[0]!.simple as { value: number };
  assert.ok(wrong.value > 2.2 * (scaled[0]!.simple as { value: number }).value);
});
