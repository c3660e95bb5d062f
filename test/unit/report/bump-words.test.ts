import assert from 'node:assert/strict';
import test from 'node:test';
import { usualBumpOptions } from '../../../lib/statistics/bump/bump-options.js';
import type { BumpResult } from '../../../lib/statistics/bump/bump-result.js';
import { bumpSearch } from '../../../lib/statistics/bump/bump-search.js';
import { emptyHistogram } from '../../../lib/statistics/histogram.js';
import { bumpVerdicts } from '../../../services/report/bump-verdicts.js';
import { localP, standsOut, statementsOf } from '../../../services/report/bump-words.js';
import { lastShown, massSpectrumSvg } from '../../../services/report/figures/mass-spectrum.js';
import { asExpected, massAxis, type RegionSpectrum } from '../../../services/report/mass-spectra.js';
import { searchMasses } from '../../../services/report/search-masses.js';
import { drawn, fallingSpectrum, peak } from '../../support/mass-spectra.js';

const settings = { bump_bin_width: 0.07, bump_mass_to: 6000 };
const axis = massAxis([110, 6000], settings);
const { edges, means } = fallingSpectrum(axis.bins, 3000);
const signal = peak(edges, 900, 50);
const options = { ...usualBumpOptions, toys: 100 };

function spectrum(counts: Float64Array, id = 'median-1', pValue = 0.5): RegionSpectrum {
  return {
    region: { id, label: `region ${id}` },
    observable: 'mll',
    axis,
    expected: emptyHistogram(axis),
    bySample: new Map(),
    searched: {
      region: id,
      observable: 'mll',
      edges: axis.edges,
      counts,
      signals: [{ name: 'zprime', counts: signal }],
      shape: { distance: 0.1, pValue },
    },
  };
}

const quiet = spectrum(drawn(means, 3));
const bumpy = spectrum(
  drawn(means, 3).map((count, bin) => count + Math.round(60 * signal[bin]!)),
  'median-2',
  0.001,
);
const nothing = spectrum(new Float64Array(axis.bins), 'median-3');
const search = (spectra: readonly RegionSpectrum[]) =>
  searchMasses(spectra, options, new AbortController().signal);

test('bins are in equal ratios near the width asked for, over exactly the range', () => {
  assert.equal(axis.edges[0], 110);
  assert.equal(axis.edges[axis.bins], 6000);
  for (let bin = 0; bin < axis.bins; bin++)
    assert.ok(Math.abs(axis.edges[bin + 1]! / axis.edges[bin]! - 1.07) < 0.001);
});

test('an excess is named with its region and range, and quiet spectra are not', async () => {
  const found = await search([quiet, bumpy, nothing]);
  const [first, second] = found.searched.map(({ result }) => result) as [BumpResult, BumpResult];
  assert.equal(standsOut(second, 0.02), true);
  assert.equal(standsOut(first, 0.02), false);
  // 100 toys cannot tell of 1 in 1000.
  assert.equal(standsOut(second, 0.001), false);
  const verdicts = bumpVerdicts(found, 0.02).map(({ text }) => text);
  assert.match(
    verdicts[0]!,
    /^An excess stands out in mll\. region median-2: \d+ to \d+ GeV \(global p < 1\/100/,
  );
  assert.doesNotMatch(verdicts[0]!, /median-1/);
  assert.match(verdicts.at(-1)!, /shapes the simulated background: mll region median-2 \(p = 0\.001\)/);
  const words = statementsOf(found.searched);
  assert.match(words, /region median-2: \d+ to \d+ GeV holds \d+ events over a fitted background/);
  assert.match(words, /mll, region median-3: not defined: the spectrum has 0 events/);
});

test('where nothing stands out the verdict says in how many spectra', async () => {
  const verdicts = bumpVerdicts(await search([quiet, nothing]), 0.02);
  assert.deepEqual(
    verdicts.map(({ level, text }) => [level, text]),
    [['good', 'No excess has a global p-value below 0.02 in any of 1 spectra.']],
  );
});

test('each spectrum has the numbers of a search of all at once', async () => {
  const { searched, all } = await search([quiet, bumpy]);
  const once = bumpSearch([quiet.searched, bumpy.searched], options);
  assert.deepEqual(
    searched.map(({ result }) => result),
    once.spectra,
  );
  assert.deepEqual(all, once.all);
});

test('a spectrum without a fit takes the strength from the expected background', async () => {
  const expected = emptyHistogram(axis);
  expected.sums.set(means, 1);
  expected.squares.set(means, 1);
  const [over] = (await search([{ ...nothing, expected }])).searched;
  assert.ok(over !== undefined && 'signals' in over.strengths);
  assert.equal(over.strengths.over, 'expected');
  const [strength] = over.strengths.signals;
  assert.ok(strength !== undefined && 'strength' in strength.known && strength.known.strength > 3);
  const [none] = (await search([nothing])).searched;
  assert.ok(none !== undefined && 'notDefined' in none.strengths);
});

test('an interrupt ends the search between spectra', async () => {
  await assert.rejects(
    searchMasses([quiet], options, AbortSignal.abort(new Error('interrupted'))),
    /interrupted/,
  );
});

test('expected events are known no better than counts of their size, and no better than the simulation', () => {
  const histogram = emptyHistogram(axis);
  histogram.sums.set([50, 3], 1);
  histogram.squares.set([5, 90], 1);
  const { counts, variances } = asExpected(histogram);
  assert.deepEqual(Array.from(counts).slice(0, 3), [50, 3, 0]);
  assert.deepEqual(Array.from(variances).slice(0, 3), [50, 90, 0]);
});

test('a p-value too small for a number keeps its power', () => {
  assert.equal(localP({ pValue: { value: 0.01234 }, log10P: -1.9 }), '0.012');
  assert.equal(localP({ pValue: { notDefined: 'small' }, log10P: -400.3 }), '5.0e-401');
});

test('a figure ends after the last filled bin and the window, with one panel where nothing was searched', async () => {
  const [one] = (await search([bumpy])).searched;
  const result = one!.result as BumpResult;
  const figure = { id: 'x', xLabel: 'mll [GeV]', edges: [...axis.edges], isData: true };
  const counts = Array.from(bumpy.searched.counts);
  const shown = lastShown({ ...figure, counts, result });
  assert.ok(counts.slice(shown - 2).every((count) => count === 0) && counts[shown - 3]! > 0);
  const panels = (svg: string) => svg.match(/<svg /g)!.length;
  const alone = massSpectrumSvg({ ...figure, counts });
  assert.equal(panels(massSpectrumSvg({ ...figure, counts, result })), panels(alone) + 1);
  for (const svg of [alone, massSpectrumSvg({ ...figure, counts, result, expected: [...means] })]) {
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    assert.doesNotMatch(svg, /(?:fill|stroke)="#/);
  }
});
