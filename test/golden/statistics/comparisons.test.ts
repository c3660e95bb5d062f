import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { bootstrapInterval } from '../../../lib/statistics/bootstrap-interval.js';
import { type ChiSquareOptions, chiSquare } from '../../../lib/statistics/chi-square.js';
import {
  clopperPearson,
  type IntervalResult,
  weightedClopperPearson,
} from '../../../lib/statistics/clopper-pearson.js';
import {
  chiSquareTail,
  kolmogorovTail,
  normalTail,
  normalTailQuantile,
} from '../../../lib/statistics/distributions.js';
import { emptyHistogram, type Histogram } from '../../../lib/statistics/histogram.js';
import { variableAxis } from '../../../lib/statistics/histogram-axis.js';
import { betaQuantile } from '../../../lib/statistics/incomplete-beta.js';
import { binnedKolmogorovTest, kolmogorovTest } from '../../../lib/statistics/kolmogorov.js';
import type { Measured } from '../../../lib/statistics/measured.js';
import {
  asimovSignificance,
  asimovSignificanceWithError,
  simpleSignificance,
} from '../../../lib/statistics/significance.js';

interface Sums {
  readonly sums: number[];
  readonly squares: number[];
}

interface Columns {
  readonly values: number[];
  readonly weights: number[];
}

interface Chi2 {
  readonly chi2: number;
  readonly ndf: number;
  readonly p: number;
}

type Numbers = readonly number[];

/** What make-comparisons.py writes. */
interface Golden {
  readonly significances: [number, number, number, number, number, number][];
  readonly distributions: Record<'chi2' | 'beta' | 'normal' | 'kolmogorov', Numbers[]>;
  readonly intervals: [number, number, number, number, number][];
  readonly weighted_intervals: Record<'passed' | 'total' | 'square' | 'low' | 'high', number>[];
  readonly comparisons: {
    readonly name: string;
    readonly kind: ChiSquareOptions['kind'];
    readonly edges: number[];
    readonly first: Sums;
    readonly second: Sums;
    readonly inside: Chi2;
    readonly flow: Chi2;
    readonly kolmogorov: { readonly distance: number; readonly p: number };
  }[];
  readonly unbinned: {
    readonly name: string;
    readonly first: Columns;
    readonly second: Columns;
    readonly distance: number;
    readonly p: number;
    readonly exact_p: number | null;
  }[];
  readonly bootstrap: { readonly replicas: number[]; readonly intervals: [number, number, number][] };
}

const path = join(packageRoot, 'test', 'golden', 'statistics', 'comparisons.json');
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

/** Relative to the value, so that small probabilities count too. */
function close(found: number, wanted: number, what: string, relative = 1e-9): void {
  assert.ok(Math.abs(found - wanted) <= relative * Math.abs(wanted), `${what}: ${found}, ${wanted}`);
}

function value(result: Measured): number {
  assert.ok('value' in result, JSON.stringify(result));
  return result.value;
}

function closeInterval(found: IntervalResult, low: number, high: number, what: string): void {
  assert.ok('low' in found, `${what}: ${JSON.stringify(found)}`);
  close(found.low, low, `${what}, low`);
  close(found.high, high, `${what}, high`);
}

function histogram(edges: Numbers, { sums, squares }: Sums): Histogram {
  const empty = emptyHistogram(variableAxis(edges));
  return { ...empty, sums: Float64Array.from(sums), squares: Float64Array.from(squares) };
}

test('the three significances equal their formulas in 60 digits, also where these cancel', () => {
  for (const [s, b, sigma, simple, asimov, withError] of golden.significances) {
    close(value(simpleSignificance(s, b)), simple, `s/sqrt(b) of ${s}, ${b}`, 1e-13);
    close(value(asimovSignificance(s, b)), asimov, `Asimov of ${s}, ${b}`, 1e-13);
    const found = value(asimovSignificanceWithError(s, b, sigma));
    close(found, withError, `Asimov of ${s}, ${b} +- ${sigma}`, 1e-13);
  }
});

test('distributions equal scipy', () => {
  for (const [x, k, p] of golden.distributions.chi2) close(chiSquareTail(x!, k!), p!, `chi2 ${x}, ${k}`);
  for (const [p, a, b, x] of golden.distributions.beta) {
    close(betaQuantile(p!, a!, b!), x!, `beta ${p}, ${a}, ${b}`);
  }
  for (const [p, z] of golden.distributions.normal) {
    close(normalTailQuantile(p!), z!, `normal ${p}`);
    close(normalTail(z!), p!, `normal tail ${z}`);
  }
  for (const [x, p] of golden.distributions.kolmogorov) close(kolmogorovTail(x!), p!, `Kolmogorov ${x}`);
});

test('intervals of efficiencies and of replicas equal scipy and numpy', () => {
  for (const [k, n, level, low, high] of golden.intervals) {
    closeInterval(clopperPearson(k, n, level), low, high, `${k} of ${n} at ${level}`);
  }
  for (const { passed, total, square, low, high } of golden.weighted_intervals) {
    closeInterval(weightedClopperPearson({ sum: passed }, { sum: total, square }), low, high, `${passed}`);
  }
  const replicas = Float64Array.from(golden.bootstrap.replicas);
  for (const [level, low, high] of golden.bootstrap.intervals) {
    closeInterval(bootstrapInterval(replicas, level), low, high, `replicas at ${level}`);
  }
});

for (const found of golden.comparisons) {
  test(`chi-square and binned Kolmogorov equal ROOT: ${found.name}`, () => {
    const first = histogram(found.edges, found.first);
    const second = histogram(found.edges, found.second);
    for (const flow of [false, true]) {
      const wanted = flow ? found.flow : found.inside;
      const ours = chiSquare(first, second, { kind: found.kind, minimumEvents: 0, flow });
      assert.ok('chi2' in ours, JSON.stringify(ours));
      close(ours.chi2, wanted.chi2, 'chi2');
      assert.equal(ours.ndf, wanted.ndf);
      close(ours.p, wanted.p, 'p');
    }
    const ours = binnedKolmogorovTest(first, second);
    assert.ok('distance' in ours, JSON.stringify(ours));
    close(ours.distance, found.kolmogorov.distance, 'distance');
    close(ours.p, found.kolmogorov.p, 'p');
  });
}

for (const found of golden.unbinned) {
  test(`Kolmogorov-Smirnov equals scipy: ${found.name}`, () => {
    const [first, second] = [found.first, found.second].map(({ values, weights }) => ({
      values: Float32Array.from(values),
      weights: Float64Array.from(weights),
    }));
    const ours = kolmogorovTest(first!, second!);
    assert.ok('distance' in ours, JSON.stringify(ours));
    close(ours.distance, found.distance, 'distance');
    close(ours.p, found.p, 'p');
    // The limit errs towards agreement of the samples, and little where that is the question.
    if (found.exact_p !== null) {
      assert.ok(ours.p >= found.exact_p);
      assert.ok(ours.p < found.exact_p * 1.1 || found.exact_p < 1e-6);
    }
  });
}
