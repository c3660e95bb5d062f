import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { describeFit } from '../../../lib/statistics/bump/background.js';
import { designOf } from '../../../lib/statistics/bump/design.js';
import { type FamilyName, familyOf } from '../../../lib/statistics/bump/families.js';
import { globalTest } from '../../../lib/statistics/bump/global-test.js';
import { Hunt } from '../../../lib/statistics/bump/hunt.js';
import { strengthOverKnown } from '../../../lib/statistics/bump/needed-strength.js';
import { PoissonFit, type Window } from '../../../lib/statistics/bump/poisson-fit.js';
import { WindowScan } from '../../../lib/statistics/bump/scan.js';
import { type Bins, binsInside } from '../../../lib/statistics/bump/spectrum.js';
import { PoissonToys } from '../../../lib/statistics/bump/toys.js';
import { clopperPearson } from '../../../lib/statistics/clopper-pearson.js';
import { logLowerGamma, logUpperGamma } from '../../../lib/statistics/incomplete-gamma.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import { logNormalTail, normalDeviate } from '../../../lib/statistics/normal-tail.js';

interface GoldenFit {
  readonly family: FamilyName;
  readonly left: [number, number] | null;
  readonly means: number[];
  readonly errors: number[];
  readonly deviance: number;
  readonly parameters: number[];
  readonly covariance: number[][];
  readonly goodness: { readonly chi2: number; readonly ndf: number; readonly pValue: number };
  readonly scans?: {
    readonly sidebands: boolean;
    readonly minWidth: number;
    readonly maxWidth: number;
    readonly from: number;
    readonly end: number;
    readonly logP: number;
    readonly byWidth: number[];
  }[];
  readonly needed?: { readonly z: number; readonly events: number; readonly strength: number }[];
}

/** What make-bump.py writes. */
interface Golden {
  readonly gamma: [a: number, x: number, lower: number | null, upper: number | null][];
  readonly intervals: [successes: number, trials: number, level: number, low: number, high: number][];
  readonly normal: [z: number, logTail: number][];
  readonly cases: {
    readonly name: string;
    readonly edges: number[];
    readonly counts: number[];
    readonly variances: number[] | null;
    readonly template: number[];
    readonly fits: GoldenFit[];
  }[];
  readonly global: {
    readonly case: string;
    readonly family: FamilyName;
    readonly seed: number;
    readonly observed: number;
    readonly counts: number[][];
    readonly statistics: number[];
    readonly beyond: number;
  };
}

const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test', 'golden', 'statistics', 'bump.json'), 'utf8'),
) as Golden;

function near(found: number, wanted: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found}, not ${wanted}`);
}

function relative(found: number, wanted: number, tolerance: number, what: string): void {
  near(found, wanted, tolerance * Math.abs(wanted), what);
}

function binsOf({ edges, counts, variances }: Golden['cases'][number]): Bins {
  const bins = binsInside({ edges, counts, ...(variances === null ? {} : { variances }) }, 110, 13_000);
  assert.ok(isDefined(bins));
  return bins;
}

const ones = (length: number) => new Float64Array(length).fill(1);

test('logarithms of incomplete gamma functions equal those in 60 digits', () => {
  let compared = 0;
  for (const [a, x, lower, upper] of golden.gamma) {
    for (const [found, wanted] of [
      [logLowerGamma(a, x), lower],
      [logUpperGamma(a, x), upper],
    ] as const) {
      if (wanted === null) continue;
      near(found, wanted, 1e-10 * Math.max(1, Math.abs(wanted)), `a ${a}, x ${x}`);
      compared++;
    }
  }
  assert.ok(compared > 350, `${compared} compared`);
});

test('normal tails equal those of scipy, and go back', () => {
  for (const [z, logTail] of golden.normal) {
    near(logNormalTail(z), logTail, 1e-12 * Math.max(1, Math.abs(logTail)), `z ${z}`);
    near(normalDeviate(logTail), z, z < 0 ? 1e-6 : 1e-11 * Math.max(1, z), `z ${z}`);
  }
});

test('binomial intervals equal those of scipy', () => {
  for (const [successes, trials, level, low, high] of golden.intervals) {
    const found = clopperPearson(successes, trials, level);
    assert.ok('low' in found);
    relative(found.low, low, 1e-9, `low end of ${successes} of ${trials}`);
    relative(found.high, high, 1e-9, `high end of ${successes} of ${trials}`);
  }
});

for (const one of golden.cases) {
  const bins = binsOf(one);
  for (const wanted of one.fits) {
    const left: Window | undefined =
      wanted.left === null ? undefined : { from: wanted.left[0], end: wanted.left[1] };
    const name = `${one.name}, ${wanted.family}${left === undefined ? '' : ' without a window'}`;

    test(`the fit equals that of iminuit: ${name}`, () => {
      const fit = new PoissonFit(designOf(familyOf(wanted.family), bins.edges, bins.counts, 13_000));
      assert.ok(fit.fit(bins.counts, bins.scales, fit.design.start, left));
      const found = describeFit(fit, bins, left);
      near(found.deviance, wanted.deviance, 1e-6, 'deviance');
      assert.ok(Array.isArray(found.errors) && Array.isArray(found.covariance));
      for (const [bin, mean] of wanted.means.entries()) {
        relative(found.means[bin]!, mean, 1e-4, `mean ${bin}`);
        relative(found.errors[bin], wanted.errors[bin]!, 1e-3, `error ${bin}`);
      }
      for (const [k, { value, error }] of found.parameters.entries()) {
        const sigma = Math.sqrt(wanted.covariance[k]![k]!);
        assert.ok('value' in error);
        near(value, wanted.parameters[k]!, 1e-4 * sigma, `parameter ${k}`);
        relative(error.value, sigma, 1e-3, `error of parameter ${k}`);
        for (const [j, covariance] of wanted.covariance[k]!.entries())
          near(
            found.covariance[k][j],
            covariance,
            1e-3 * sigma * Math.sqrt(wanted.covariance[j]![j]!),
            'cov',
          );
      }
      assert.equal(found.ndf, wanted.goodness.ndf);
      assert.ok('value' in found.chi2 && 'value' in found.pValue);
      relative(found.chi2.value, wanted.goodness.chi2, 1e-4, 'chi2');
      near(found.pValue.value, wanted.goodness.pValue, 1e-4, 'p');
    });

    for (const scan of wanted.scans ?? []) {
      const sides = scan.sidebands ? ', side bands' : '';
      test(`the scan equals that of pyBumpHunter: ${name}, to ${scan.maxWidth} bins${sides}`, () => {
        const own = new WindowScan(bins.counts.length, scan);
        const means = Float64Array.from(wanted.means);
        const best = own.best(bins.counts, means, bins.scales);
        assert.deepEqual([best.from, best.end], [scan.from, scan.end]);
        near(best.logP, scan.logP, 1e-9, 'ln p');
        const byWidth = own.byWidth(bins.counts, means, bins.scales);
        assert.equal(byWidth.length, scan.byWidth.length);
        for (const [index, { logP }] of byWidth.entries())
          near(logP, scan.byWidth[index]!, 1e-9 * Math.max(1, Math.abs(logP)), `width ${index}`);
      });
    }

    for (const { z, events, strength } of wanted.needed ?? []) {
      test(`the needed strength equals the root by scipy: ${name}, Z ${z}`, () => {
        const scan = { minWidth: 2, maxWidth: 8, sidebands: false };
        const hunt = new Hunt(bins, familyOf(wanted.family), { scan, leaveBelow: 1e-4, scale: 13_000 });
        const found = strengthOverKnown(
          hunt,
          Float64Array.from(wanted.means),
          Float64Array.from(one.template),
          { z, events },
        );
        assert.ok(isDefined(found));
        relative(found.strength, strength, 1e-6, 'strength');
      });
    }
  }
}

test('toys and their global p-value equal those made with scipy and iminuit', () => {
  const { global } = golden;
  const bins = binsOf(golden.cases.find(({ name }) => name === global.case)!);
  const scan = { minWidth: 2, maxWidth: 8, sidebands: false };
  // As in the script, no window is ever left out.
  const hunt = new Hunt(bins, familyOf(global.family), { scan, leaveBelow: 1e-300, scale: 13_000 });
  const found = hunt.run(bins.counts, bins.scales);
  assert.ok(found !== undefined);
  near(found.logP, global.observed, 1e-4, 'observed');
  const background = hunt.fit.means.slice();
  const result = globalTest(hunt, found, bins.scales, global.statistics.length, global.seed);
  assert.equal(result.failed, 0);
  // Nearer to the observed than the fits agree, a toy may fall on either side.
  const unsure = global.statistics.filter((logP) => Math.abs(logP - global.observed) < 1e-3).length;
  near(result.beyond, global.beyond, unsure, 'toys beyond');
  assert.ok(global.beyond > 10 && global.beyond < global.statistics.length - 10);

  const toys = new PoissonToys(background, bins.scales);
  const counts = new Float64Array(background.length);
  for (const [toy, wanted] of global.statistics.entries()) {
    toys.draw(global.seed, toy, counts);
    if (toy < global.counts.length) assert.deepEqual([...counts], global.counts[toy]);
    const own = hunt.run(counts, ones(counts.length));
    assert.ok(own !== undefined);
    near(own.logP, wanted, 1e-3, `toy ${toy}`);
  }
});
