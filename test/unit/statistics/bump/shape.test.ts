import assert from 'node:assert/strict';
import test from 'node:test';
import { hasPeak } from '../../../../lib/statistics/bump/peak.js';
import { compareWithWhole } from '../../../../lib/statistics/bump/sculpting.js';
import { kolmogorovSmirnov } from '../../../../lib/statistics/kolmogorov.js';
import { drawn, fallingSpectrum, peak } from '../../../support/mass-spectra.js';

const { edges, means } = fallingSpectrum(60, 2000);
const unweighted = (sums: Float64Array) => ({ sums, squares: sums });
const added = (a: Float64Array, b: Float64Array) => a.map((value, bin) => value + b[bin]!);

test('a part is compared with the rest, and its distance is to the whole', () => {
  const part = drawn(means, 1);
  const rest = drawn(
    means.map((mean) => 3 * mean),
    2,
  );
  const found = compareWithWhole(unweighted(part), unweighted(added(part, rest)));
  assert.ok('pValue' in found);
  const independent = kolmogorovSmirnov(unweighted(part), unweighted(rest));
  assert.equal(found.pValue, independent.p);
  // F_part - F_whole = (1 - share of the part) (F_part - F_rest).
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  const share = total(rest) / (total(part) + total(rest));
  assert.ok(Math.abs(found.distance / (share * independent.distance) - 1) < 1e-12);
});

test('p-values of parts taken by chance are spread evenly; a part of other shape has a small one', () => {
  const pValues = Array.from({ length: 200 }, (_, seed) => {
    const part = drawn(means, 2 * seed);
    const whole = added(part, drawn(means, 2 * seed + 1));
    const found = compareWithWhole(unweighted(part), unweighted(whole));
    assert.ok('pValue' in found);
    return found.pValue;
  });
  const below = (level: number) => pValues.filter((p) => p < level).length;
  // Bins make p larger, so the share below a level is at most about the level: 0.5 is 100 +- 7, 0.05 is 10 +- 3.
  assert.ok(below(0.5) > 60 && below(0.5) < 125, `${below(0.5)}`);
  assert.ok(below(0.05) < 22, `${below(0.05)}`);
  const harder = drawn(
    means.map((mean, bin) => mean * (0.5 + bin / 60)),
    7,
  );
  const found = compareWithWhole(unweighted(harder), unweighted(added(harder, drawn(means, 8))));
  assert.ok('pValue' in found && found.pValue < 1e-3, JSON.stringify(found));
});

test('too few effective events on either side have no shape', () => {
  const whole = drawn(means, 1);
  const none = whole.map(() => 0);
  const few = compareWithWhole(unweighted(none), unweighted(whole));
  assert.ok('notDefined' in few && /0 effective background events in the region/.test(few.notDefined));
  const all = compareWithWhole(unweighted(whole), unweighted(whole));
  assert.ok('notDefined' in all && /outside the region/.test(all.notDefined));
  // Weights of 1000 each: 2 events.
  const heavy = {
    sums: none.map((_, bin) => (bin < 2 ? 1000 : 0)),
    squares: none.map((_, bin) => (bin < 2 ? 1e6 : 0)),
  };
  const weighted = compareWithWhole(heavy, {
    sums: added(heavy.sums, whole),
    squares: added(heavy.squares, whole),
  });
  assert.ok('notDefined' in weighted);
});

test('a signal has a peak where a window holds half of all its events', () => {
  const narrow = peak(edges, 900, 50);
  const rows = narrow.map((value) => 1000 * value);
  assert.equal(hasPeak(narrow, rows, 1, 8), true);
  // Most of the signal has a mass outside the bins.
  assert.equal(hasPeak(narrow, rows, 2.1, 8), false);
  assert.equal(hasPeak(narrow, rows, 1, 1), false);
  // Few simulated events.
  assert.equal(
    hasPeak(
      narrow,
      rows.map((value) => value / 100),
      1,
      8,
    ),
    false,
  );
  assert.equal(
    hasPeak(
      means.map(() => 1 / 60),
      means.map(() => 100),
      1,
      8,
    ),
    false,
  );
});
