import assert from 'node:assert/strict';
import test from 'node:test';
import { usualBumpOptions } from '../../../../lib/statistics/bump/bump-options.js';
import type { BumpResult } from '../../../../lib/statistics/bump/bump-result.js';
import { bumpSearch, type MassSpectrum } from '../../../../lib/statistics/bump/bump-search.js';
import { drawn, fallingSpectrum, peak } from '../../../support/mass-spectra.js';

const options = { ...usualBumpOptions, toys: 200 };
const { edges, means } = fallingSpectrum(60, 3000);
const signal = peak(edges, 900, 50);

function searched(spectrum: Partial<MassSpectrum>, changed: Partial<typeof options> = {}): BumpResult {
  const [result] = bumpSearch(
    [{ region: 'inclusive', observable: 'mll', edges, counts: drawn(means, 3), ...spectrum }],
    { ...options, ...changed },
  ).spectra;
  assert.ok(result !== undefined && !('notDefined' in result), JSON.stringify(result));
  return result;
}

function reason(spectrum: Partial<MassSpectrum>): string {
  const [result] = bumpSearch(
    [{ region: 'inclusive', observable: 'mll', edges, counts: means, ...spectrum }],
    options,
  ).spectra;
  assert.ok(result !== undefined && 'notDefined' in result, 'there is a result');
  return result.notDefined;
}

/** Every number in a result is one that JSON can hold. */
function assertFinite(value: unknown, path = ''): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  else if (value !== null && typeof value === 'object') {
    assert.ok(!ArrayBuffer.isView(value), `${path} is a typed array`);
    for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}.${key}`);
  }
}

test('a signal is found where it is, and no toy is beyond it', () => {
  const counts = drawn(means, 3).map((count, i) => count + Math.round(60 * signal[i]!));
  const { excess, global, leftOut, background } = searched({ counts });
  assert.ok(excess.from < 900 && excess.to > 900 && excess.to / excess.from < 1.6);
  assert.ok('value' in excess.z && excess.z.value > 5);
  assert.equal(global.beyond, 0);
  assert.ok('notDefined' in global.pValue);
  assert.equal(global.statement, 'p < 1/200');
  // The bump does not make the fit look bad, and does not hide in the background.
  assert.ok(leftOut !== undefined && leftOut.from <= excess.from && leftOut.to >= excess.to);
  assert.ok('value' in background.pValue && background.pValue.value > 0.01);
  const expected = means.reduce(
    (sum, mean, i) => sum + (edges[i]! >= excess.from && edges[i + 1]! <= excess.to ? mean : 0),
    0,
  );
  assert.ok(Math.abs(excess.background / expected - 1) < 0.3, `${excess.background}, ${expected}`);
  assert.ok('value' in excess.backgroundError && excess.backgroundError.value < 0.3 * expected);
  assert.ok('value' in excess.zWithError);
  assert.ok(excess.zWithError.value < excess.z.value && excess.zWithError.value > 0.7 * excess.z.value);
});

test('without a signal toys are beyond, and the p-value says how many', () => {
  const { global, leftOut } = searched({});
  assert.equal(leftOut, undefined);
  assert.ok(global.beyond > 0 && global.failed === 0);
  assert.deepEqual(global.pValue, { value: global.beyond / 200 });
  assert.equal(global.statement, `p = ${Number((global.beyond / 200).toPrecision(3))}`);
});

test('a result is plain JSON, equal whenever it is made, and another with another seed', () => {
  const spectrum = { signals: [{ name: 'zprime', counts: signal }] };
  const first = searched(spectrum);
  assertFinite(first);
  assert.deepEqual(JSON.parse(JSON.stringify(first)), searched(spectrum));
  assert.notEqual(searched({}, { seed: 2 }).global.beyond, first.global.beyond);
});

test('every spectrum has toys of its own', () => {
  const one = { region: 'a', observable: 'mll', edges, counts: drawn(means, 3) } as const;
  const [first, second] = bumpSearch([one, { ...one, region: 'b' }], options).spectra as BumpResult[];
  assert.equal(first!.excess.log10P, second!.excess.log10P);
  assert.deepEqual([first!.global.seed, second!.global.seed], [1, 2]);
  assert.notEqual(first!.global.beyond, second!.global.beyond);
});

test('spectra that cannot be searched say why', () => {
  assert.match(reason({ counts: new Float64Array(60) }), /has 0 events between 110 and 13000 GeV/);
  assert.match(reason({ edges: edges.map((edge) => edge / 100) }), /has no bin between/);
  assert.match(
    reason({ counts: means.map((mean, i) => (i < 2 ? mean : 0)) }),
    /2 of 60 bins have events, too few/,
  );
  const three = fallingSpectrum(4, 1000);
  assert.match(reason({ edges: three.edges, counts: three.means }), /too few/);
  assert.match(
    reason({ counts: means.map((mean, i) => (i === 4 ? Number.NaN : mean)) }),
    /bin 4 holds NaN events/,
  );
  assert.match(reason({ variances: means.map((mean) => -mean) }), /bin 0 holds .* variance -/);
  assert.match(reason({ counts: means.map((mean) => -mean), variances: means }), /has -\d.* events/);
});

test('the Z peak is not read', () => {
  const from = 60;
  const wide = Float64Array.from([from, 80, 100, ...edges]);
  const counts = Float64Array.from([5000, 90_000, 3000, ...drawn(means, 3)]);
  const template = Float64Array.from([100, 100, 100, ...signal]);
  const with_ = searched({ edges: wide, counts, signals: [{ name: 's', counts: template }] });
  const without = searched({ signals: [{ name: 's', counts: signal }] });
  assert.deepEqual(with_, without);
});

test('a smooth spectrum has no excess', () => {
  // Of the form that is fitted, up to what the fit leaves.
  const flat = fallingSpectrum(60, 1e7);
  const { excess, background } = searched(
    { edges: flat.edges, counts: flat.means },
    { family: 'dijet', toys: 50 },
  );
  assert.ok(background.deviance < 30, `${background.deviance}`);
  assert.ok(!('value' in excess.z) || excess.z.value < 2.5, JSON.stringify(excess));
});

test('the form grows with what the spectrum shows', () => {
  const forms = (events: number) => {
    const { edges: own, means: expected } = fallingSpectrum(60, events);
    return Array.from(
      { length: 20 },
      (_, seed) => searched({ edges: own, counts: drawn(expected, seed) }, { toys: 1 }).background.family,
    );
  };
  const few = forms(20);
  assert.ok(few.filter((family) => family === 'power').length > 10, few.join(' '));
  assert.ok(!forms(5000).includes('power'));
  assert.deepEqual(new Set(forms(1e6)), new Set(['dijet']));
});

test('weights with their variances are no counts', () => {
  // Few events of large weights: as counts they would be far off any smooth form.
  const counts = drawn(
    means.map((mean) => mean / 50),
    8,
  ).map((count) => count * 50);
  const variances = counts.map((count) => count * 50);
  const weighted = searched({ counts, variances });
  assert.equal(weighted.kind, 'expected');
  assert.ok('value' in weighted.global.pValue && weighted.global.pValue.value > 0.01);
  assert.ok('value' in weighted.global.fitPValue && weighted.global.fitPValue.value > 0.01);
  const counted = searched({ counts });
  assert.equal(counted.kind, 'data');
  assert.equal(counted.global.beyond, 0);
});

test('negative bins are taken as empty, and counted', () => {
  const counts = means.slice();
  counts[50] = -0.2;
  const variances = means.map((mean) => mean);
  const result = searched({ counts, variances });
  assert.equal(result.negativeBins, 1);
  assert.equal(result.counts[50], 0);
});

test('the shape in the region is judged', () => {
  const sculpted = searched({ shape: { distance: 0.2, pValue: 0.002 } }, { toys: 1 });
  assert.deepEqual(sculpted.sculpting, { distance: 0.2, pValue: 0.002, threshold: 0.01, sculpted: true });
  const same = searched({ shape: { distance: 0.02, pValue: 0.5 } }, { toys: 1 });
  assert.ok('sculpted' in same.sculpting && !same.sculpting.sculpted);
  const unknown = searched({ shape: { notDefined: 'no events' } }, { toys: 1 });
  assert.deepEqual(unknown.sculpting, { notDefined: 'no events' });
  assert.ok('notDefined' in searched({}, { toys: 1 }).sculpting);
});

test('after several spectra the smallest p-value counts so many times', () => {
  const counts = drawn(means, 3);
  const one = { observable: 'mll', edges, counts } as const;
  const bump = counts.map((count, i) => count + Math.round(60 * signal[i]!));
  const { all, spectra } = bumpSearch(
    [
      { ...one, region: 'a' },
      { ...one, region: 'empty', counts: new Float64Array(60) },
      { ...one, region: 'b', counts: bump },
    ],
    options,
  );
  assert.deepEqual(all, { searched: 2, region: 'b', observable: 'mll', pValueAtMost: 2 / 200 });
  assert.ok('notDefined' in spectra[1]!);
  assert.ok('notDefined' in bumpSearch([], options).all);
  const alone = bumpSearch([{ ...one, region: 'a' }], options);
  const [first] = alone.spectra as BumpResult[];
  assert.ok('value' in first!.global.pValue && !('notDefined' in alone.all));
  assert.equal(alone.all.pValueAtMost, first!.global.pValue.value);
});
