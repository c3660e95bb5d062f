import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { usualBumpOptions } from '../../../lib/statistics/bump/bump-options.js';
import type { BumpResult } from '../../../lib/statistics/bump/bump-result.js';
import { bumpSearch } from '../../../lib/statistics/bump/bump-search.js';
import { WindowScan } from '../../../lib/statistics/bump/scan.js';
import { PoissonToys } from '../../../lib/statistics/bump/toys.js';
import { drawn, fallingSpectrum, peak } from '../../support/mass-spectra.js';

const ones = (length: number) => new Float64Array(length).fill(1);

const counted = fc
  .array(fc.record({ count: fc.nat({ max: 40 }), mean: fc.double({ min: 1e-6, max: 30, noNaN: true }) }), {
    minLength: 3,
    maxLength: 25,
  })
  .map((bins) => ({
    counts: Float64Array.from(bins, ({ count }) => count),
    means: Float64Array.from(bins, ({ mean }) => mean),
  }));

test('the best window is the best of all, whatever was passed over', () => {
  fc.assert(
    fc.property(counted, fc.boolean(), ({ counts, means }, sidebands) => {
      const scan = new WindowScan(counts.length, { minWidth: 1, maxWidth: counts.length, sidebands });
      const { logP, from, end } = scan.best(counts, means, ones(counts.length));
      const every = scan.byWidth(counts, means, ones(counts.length));
      const wanted = every.reduce((left, right) => (right.logP < left.logP ? right : left));
      assert.deepEqual([logP, from, end], [wanted.logP, wanted.from, wanted.end]);
    }),
    { numRuns: 2000 },
  );
});

test('with side bands the normalisation of the background is nothing', () => {
  fc.assert(
    fc.property(counted, fc.double({ min: 0.01, max: 100, noNaN: true }), ({ counts, means }, factor) => {
      const scan = new WindowScan(counts.length, { minWidth: 1, maxWidth: 4, sidebands: true });
      const scaled = means.map((mean) => mean * factor);
      const [before, after] = [means, scaled].map((own) => scan.best(counts, own, ones(counts.length)).logP);
      assert.ok(Math.abs(before! - after!) <= 1e-9 * Math.max(1, -before!), `${before}, ${after}`);
    }),
  );
});

test('units are nothing: edges and sqrt(s) by one factor', () => {
  const { edges, means } = fallingSpectrum(40, 2000);
  const search = (seed: number, factor: number) =>
    bumpSearch(
      [
        {
          region: 'a',
          observable: 'mll',
          edges: edges.map((edge) => edge * factor),
          counts: drawn(means, seed),
        },
      ],
      { ...usualBumpOptions, scale: 13_000 * factor, range: { mll: [0, 1e9], mlll: [0, 1e9] }, toys: 40 },
    ).spectra[0] as BumpResult;
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(0.001, 0.5, 8), (seed, factor) => {
      const [one, other] = [search(seed, 1), search(seed, factor)];
      assert.ok(Math.abs(one.excess.log10P - other.excess.log10P) < 1e-4);
      assert.ok(Math.abs(one.background.deviance - other.background.deviance) < 1e-5);
      assert.ok(Math.abs(one.excess.from * factor - other.excess.from) < 1e-9 * other.excess.from);
      assert.equal(one.background.family, other.background.family);
    }),
    { numRuns: 20 },
  );
});

test('toys have the mean and the variance of their bins', () => {
  const means = Float64Array.of(1e-3, 0.4, 3, 70, 1e4, 1e6);
  const scales = Float64Array.of(1, 1, 0.5, 1, 2, 1);
  const toys = new PoissonToys(means, scales);
  const counts = new Float64Array(means.length);
  const trials = 20_000;
  const sums = new Float64Array(means.length);
  const squares = new Float64Array(means.length);
  for (let toy = 0; toy < trials; toy++) {
    toys.draw(9, toy, counts);
    for (const [bin, count] of counts.entries()) {
      sums[bin]! += count;
      squares[bin]! += (count - means[bin]!) ** 2;
    }
  }
  for (const [bin, mean] of means.entries()) {
    const variance = mean * scales[bin]!;
    const off = (sums[bin]! / trials - mean) / Math.sqrt(variance / trials);
    assert.ok(Math.abs(off) < 4, `mean ${mean}: ${off} standard errors`);
    // Variance of the square: 2 v^2, and the fourth cumulant of a Poisson number.
    const error = Math.sqrt((2 * variance ** 2 + variance * scales[bin]! ** 2) / trials);
    assert.ok(Math.abs(squares[bin]! / trials - variance) < 4 * error, `variance about ${mean}`);
  }
});

test('global p-values of spectra without a signal are uniform', () => {
  for (const [events, offset] of [
    [150, 100],
    [5000, 400],
  ] as const) {
    const { edges, means } = fallingSpectrum(40, events);
    const trials = 120;
    const found = Array.from({ length: trials }, (_, seed) => {
      const [result] = bumpSearch(
        [{ region: 'a', observable: 'mll', edges, counts: drawn(means, offset + seed) }],
        { ...usualBumpOptions, toys: 120, seed: 1000 + seed },
      ).spectra;
      assert.ok(result !== undefined && 'global' in result);
      assert.equal(result.global.failed, 0);
      return result.global.beyond / result.global.toys;
    }).sort((left, right) => left - right);
    // Kolmogorov's distance: above 1.63 in one of a hundred.
    const distance = found.reduce(
      (most, p, i) => Math.max(most, Math.abs(p - i / trials), Math.abs(p - (i + 1) / trials)),
      0,
    );
    assert.ok(distance * Math.sqrt(trials) < 1.63, `${events} events: ${distance * Math.sqrt(trials)}`);
  }
});

test('an injected bump is found at its place', () => {
  const { edges, means } = fallingSpectrum(60, 3000);
  fc.assert(
    fc.property(fc.integer({ min: 200, max: 2500 }), fc.nat({ max: 1e6 }), (mass, seed) => {
      const bin = edges.findLastIndex((edge) => edge <= mass);
      const background = means[bin - 1]! + means[bin]! + means[bin + 1]!;
      const template = peak(edges, mass, mass / 20);
      // Some ten standard deviations of the background under it.
      const events = 12 * Math.sqrt(background) + 12;
      const counts = drawn(means, seed).map((count, i) => count + Math.round(events * template[i]!));
      const result = bumpSearch([{ region: 'a', observable: 'mll', edges, counts }], {
        ...usualBumpOptions,
        toys: 20,
      }).spectra[0] as BumpResult;
      assert.ok(result.excess.from < mass && result.excess.to > mass, JSON.stringify(result.excess));
      assert.equal(result.global.beyond, 0);
    }),
    { numRuns: 60 },
  );
});
