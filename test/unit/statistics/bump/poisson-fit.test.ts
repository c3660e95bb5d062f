import assert from 'node:assert/strict';
import test from 'node:test';
import { describeFit } from '../../../../lib/statistics/bump/background.js';
import { designOf } from '../../../../lib/statistics/bump/design.js';
import { families, familyOf } from '../../../../lib/statistics/bump/families.js';
import { PoissonFit } from '../../../../lib/statistics/bump/poisson-fit.js';
import { binsInside } from '../../../../lib/statistics/bump/spectrum.js';
import { isDefined } from '../../../../lib/statistics/measured.js';
import { drawn, fallingSpectrum } from '../../../support/mass-spectra.js';

const ones = (length: number) => new Float64Array(length).fill(1);

test('a power law comes back with its parameters', () => {
  const { edges } = fallingSpectrum(40, 1);
  // The integral of 50 x^-3 over each bin.
  const counts = Float64Array.from(
    { length: 40 },
    (_, i) => ((50 * 13_000) / 2) * ((edges[i]! / 13_000) ** -2 - (edges[i + 1]! / 13_000) ** -2),
  );
  const fit = new PoissonFit(designOf(familyOf('power'), edges, counts, 13_000));
  assert.ok(fit.fit(counts, ones(40), fit.design.start));
  const bins = binsInside({ edges, counts }, 0, 13_000);
  assert.ok(isDefined(bins));
  const { parameters } = describeFit(fit, bins, undefined);
  assert.ok(Math.abs(parameters[0]!.value - Math.log(50)) < 1e-6, `${parameters[0]!.value}`);
  assert.ok(Math.abs(parameters[1]!.value + 3) < 1e-7, `${parameters[1]!.value}`);
});

test('the sum of a fit with a free normalisation is the sum of the counts', () => {
  for (const family of families) {
    const { edges, means } = fallingSpectrum(60, 500);
    const counts = drawn(means, 21);
    const fit = new PoissonFit(designOf(family, edges, counts, 13_000));
    assert.ok(fit.fit(counts, ones(60), fit.design.start));
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    assert.ok(Math.abs(sum(fit.means) - sum(counts)) < 1e-3);
  }
});

test('bins that are left out do not count', () => {
  const { edges, means } = fallingSpectrum(60, 5000);
  const counts = drawn(means, 4);
  const fit = new PoissonFit(designOf(familyOf('dijet'), edges, counts, 13_000));
  const left = { from: 20, end: 25 };
  assert.ok(fit.fit(counts, ones(60), fit.design.start, left));
  const before = fit.means.slice();
  for (let bin = left.from; bin < left.end; bin++) counts[bin]! += 500;
  assert.ok(fit.fit(counts, ones(60), fit.design.start, left));
  assert.deepEqual(fit.means, before);
});

test('two events in one bin are fitted, and fix no parameters', () => {
  const { edges, means } = fallingSpectrum(60, 20);
  for (const filled of [7, 0, 59, 30]) {
    const counts = new Float64Array(60);
    counts[filled] = 2;
    const fit = new PoissonFit(designOf(familyOf('dijet'), edges, means, 13_000));
    assert.ok(fit.fit(counts, ones(60), fit.design.start), `${filled}`);
    assert.ok(fit.means.every((mean) => mean >= 0 && Number.isFinite(mean)));
    const bins = binsInside({ edges, counts }, 110, 13_000);
    assert.ok(isDefined(bins));
    const { covariance, pValue } = describeFit(fit, bins, undefined);
    assert.ok('notDefined' in covariance && 'notDefined' in pValue);
  }
});
