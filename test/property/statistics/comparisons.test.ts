import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { chiSquare } from '../../../lib/statistics/chi-square.js';
import { clopperPearson } from '../../../lib/statistics/clopper-pearson.js';
import { histogramOf, integral, scaleHistogram } from '../../../lib/statistics/histogram.js';
import { regularAxis } from '../../../lib/statistics/histogram-axis.js';
import { joinLowBins } from '../../../lib/statistics/join-bins.js';
import { binnedKolmogorovTest, kolmogorovTest } from '../../../lib/statistics/kolmogorov.js';
import { isDefined, type Measured } from '../../../lib/statistics/measured.js';
import {
  asimovSignificance,
  asimovSignificanceWithError,
  simpleSignificance,
} from '../../../lib/statistics/significance.js';
import { effectiveEvents } from '../../../lib/statistics/weighted.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 400;

const decades = (low: number, high: number) =>
  fc.double({ min: low, max: high, noNaN: true }).map((power) => 10 ** power);

function value(result: Measured): number {
  assert.ok(isDefined(result), JSON.stringify(result));
  return result.value;
}

test('a significance rises with the signal, falls with the background (of one relative error) and its error', () => {
  const about = decades(-5, 6);
  const more = fc.double({ min: 1.01, max: 10, noNaN: true });
  fc.assert(
    fc.property(about, about, decades(-4, 2), more, (s, b, relative, factor) => {
      const sigma = relative * b;
      const z = value(asimovSignificanceWithError(s, b, sigma));
      assert.ok(z > 0);
      assert.ok(value(asimovSignificanceWithError(s * factor, b, sigma)) > z);
      assert.ok(value(asimovSignificanceWithError(s, b * factor, sigma * factor)) < z);
      assert.ok(value(asimovSignificanceWithError(s, b, sigma * factor)) < z * (1 + 1e-12));
      const known = value(asimovSignificance(s, b));
      assert.ok(z <= known * (1 + 1e-12));
      assert.ok(known <= value(simpleSignificance(s, b)) * (1 + 1e-12));
      assert.ok(value(asimovSignificance(s * factor, b)) > known);
      assert.ok(value(asimovSignificance(s, b * factor)) < known);
    }),
    { numRuns },
  );
});

test('a significance is a finite number or has a reason, for any two numbers', () => {
  const any = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e308, -1, 5e-324));
  fc.assert(
    fc.property(any, any, any, (s, b, sigma) => {
      for (const found of [
        simpleSignificance(s, b),
        asimovSignificance(s, b),
        asimovSignificanceWithError(s, b, sigma),
      ]) {
        assert.ok(
          isDefined(found) ? Number.isFinite(found.value) && found.value >= 0 : found.notDefined !== '',
        );
        if (!(b > 0) || s < 0) assert.ok(!isDefined(found));
      }
    }),
    { numRuns: 5 * numRuns },
  );
});

const sample = fc
  .array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -1, max: 5 })), {
    minLength: 1,
    maxLength: 60,
  })
  .map((rows) => ({
    values: Float32Array.from(rows, ([number]) => number / 4),
    weights: Float64Array.from(rows, ([, weight]) => weight),
  }))
  .filter(({ weights }) => weights.reduce((sum, weight) => sum + weight, 0) > 0);

test('Kolmogorov-Smirnov is symmetric, nought for a sample and itself, and no binning exceeds it', () => {
  fc.assert(
    fc.property(sample, sample, (first, second) => {
      const found = kolmogorovTest(first, second);
      const turned = kolmogorovTest(second, first);
      assert.ok('distance' in found && 'distance' in turned);
      assert.deepEqual(turned, found);
      assert.ok(found.p >= 0 && found.p <= 1);
      assert.deepEqual(kolmogorovTest(first, first), { distance: 0, p: 1 });
      const mirrored = [first, second].map(({ values, weights }) => ({
        values: values.map((number) => -number),
        weights,
      }));
      const mirror = kolmogorovTest(mirrored[0]!, mirrored[1]!);
      assert.ok('distance' in mirror && Math.abs(mirror.distance - found.distance) < 1e-12);
      const histograms = (bins: number) =>
        [first, second].map(({ values, weights }) =>
          histogramOf(regularAxis(-5, 5.25, bins), values, weights),
        );
      const coarse = binnedKolmogorovTest(histograms(5)[0]!, histograms(5)[1]!);
      assert.ok('distance' in coarse && coarse.distance <= found.distance + 1e-12);
      // Bins that hold one distinct value each see what the unbinned test sees.
      const fine = binnedKolmogorovTest(histograms(41)[0]!, histograms(41)[1]!);
      assert.ok('distance' in fine && Math.abs(fine.distance - found.distance) < 1e-12);
    }),
    { numRuns },
  );
});

test('chi-square does not see the normalisation, and of weighted histograms not the order', () => {
  const axis = regularAxis(-5, 5, 8);
  fc.assert(
    fc.property(sample, sample, fc.constantFrom(0.125, 1, 16), (left, right, factor) => {
      const data = histogramOf(axis, left.values);
      const first = histogramOf(axis, left.values, left.weights);
      const second = histogramOf(axis, right.values, right.weights);
      const near = (one: ReturnType<typeof chiSquare>, other: ReturnType<typeof chiSquare>) => {
        assert.equal('chi2' in one, 'chi2' in other);
        if (!('chi2' in one && 'chi2' in other)) return;
        assert.equal(one.ndf, other.ndf);
        assert.ok(Math.abs(one.chi2 - other.chi2) <= 1e-9 * (1 + one.chi2));
        assert.ok(one.chi2 >= 0 && one.p >= 0 && one.p <= 1);
      };
      for (const minimumEvents of [0, 3]) {
        const weighted = { kind: 'weighted', minimumEvents, flow: true } as const;
        near(chiSquare(first, second, weighted), chiSquare(second, first, weighted));
        near(chiSquare(first, second, weighted), chiSquare(scaleHistogram(first, factor), second, weighted));
        const uw = { kind: 'data-weighted', minimumEvents, flow: true } as const;
        near(chiSquare(data, second, uw), chiSquare(data, scaleHistogram(second, factor), uw));
      }
    }),
    { numRuns },
  );
});

test('joined bins cover all places, each with enough events in both but for a single one', () => {
  const axis = regularAxis(-5, 5, 8);
  fc.assert(
    fc.property(sample, sample, fc.integer({ min: 1, max: 20 }), fc.boolean(), (left, right, least, flow) => {
      const both = [left, right].map(({ values, weights }) => histogramOf(axis, values, weights));
      const { starts, end } = joinLowBins(both[0]!, both[1]!, least, flow);
      assert.equal(starts[0], flow ? 0 : 1);
      assert.equal(end, flow ? 10 : 9);
      starts.forEach((start, i) => {
        const to = starts[i + 1] ?? end;
        assert.ok(to > start);
        // The lowest took the rest, whose signed weights may take some away.
        if (i === 0) return;
        for (const histogram of both) {
          const { sum, square } = integral(histogram, start, to);
          assert.ok(sum > 0 && effectiveEvents(sum, square) >= least);
        }
      });
    }),
    { numRuns },
  );
});

test('an interval holds its share, mirrors with it, and narrows with events and level', () => {
  const total = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(total, fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const k = Math.round(share * n);
      const found = clopperPearson(k, n);
      const mirror = clopperPearson(n - k, n);
      const wide = clopperPearson(k, n, 0.95);
      const more = clopperPearson(4 * k, 4 * n);
      assert.ok('low' in found && 'low' in mirror && 'low' in wide && 'low' in more);
      assert.ok(found.low <= k / n && k / n <= found.high && found.low >= 0 && found.high <= 1);
      assert.ok(Math.abs(1 - mirror.high - found.low) < 1e-8);
      assert.ok(wide.low <= found.low && wide.high >= found.high);
      assert.ok(more.high - more.low < found.high - found.low);
    }),
    { numRuns },
  );
});
