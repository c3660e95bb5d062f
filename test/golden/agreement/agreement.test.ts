import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { holmAdjusted } from '../../../lib/statistics/holm.js';
import { isDefined, type Measured } from '../../../lib/statistics/measured.js';
import { poissonInterval } from '../../../lib/statistics/poisson-interval.js';
import { chi2Bins } from '../../../services/agreement/chi2-bins.js';
import { compareShapes } from '../../../services/agreement/compare.js';
import { columnPlaces, fillCounts, fillWeighted } from '../../../services/agreement/fill-columns.js';
import { edgesOf, placesOf, type VariableBins } from '../../../services/agreement/variable-bins.js';

/** What make-agreement.py writes; null is an absent value. */
interface Case {
  readonly name: string;
  readonly edges: number[];
  readonly scale: 'linear' | 'log10' | 'whole';
  readonly data: (number | null)[];
  readonly simulation: (number | null)[];
  readonly weights: number[];
  readonly events: number[];
  readonly sums: number[];
  readonly squares: number[];
  readonly groups: number;
  readonly chi2: number;
  readonly ndf: number;
  readonly chi2_p: number;
  readonly distance: number;
  readonly ks_p: number;
  readonly p: number;
  readonly ks_unbinned?: number;
}

interface Golden {
  readonly cases: Case[];
  readonly holm: { readonly p: number[]; readonly adjusted: number[] };
  readonly poisson: { readonly events: number; readonly low: number; readonly high: number }[];
}

const path = join(packageRoot, 'test', 'golden', 'agreement', 'agreement.json');
const golden = JSON.parse(readFileSync(path, 'utf8')) as Golden;

function close(found: number, wanted: number, what: string): void {
  const allowed = 1e-9 * Math.max(Math.abs(wanted), 1e-30);
  assert.ok(Math.abs(found - wanted) <= allowed, `${what}: ${found}, ${wanted}`);
}

function defined(found: Measured): number {
  assert.ok(isDefined(found), JSON.stringify(found));
  return found.value;
}

function binsOf({ edges, scale }: Case): VariableBins {
  const end = (edge: number) => (scale === 'log10' ? Math.log10(edge) : edge);
  return {
    low: end(edges[0]!),
    high: end(edges[edges.length - 1]!),
    count: edges.length - 1,
    scale: scale === 'log10' ? 'log10' : 'linear',
    whole: scale === 'whole',
  };
}

/** One column that a row fills or not, as the block form has it. */
function rowsOf(values: readonly (number | null)[]) {
  const offsets = new Int32Array(values.length + 1);
  for (const [row, value] of values.entries()) offsets[row + 1] = offsets[row]! + (value === null ? 0 : 1);
  return {
    rows: values.length,
    columns: 1,
    pattern: Int32Array.from(values, (value) => (value === null ? 1 : 0)),
    patterns: [Int32Array.of(0), new Int32Array(0)],
    offsets,
    values: Float32Array.from(values.filter((value) => value !== null)),
  };
}

for (const one of golden.cases) {
  test(`${one.name}: counts as numpy's, chi2 and KS as scipy's`, () => {
    const bins = binsOf(one);
    for (const [i, edge] of edgesOf(bins).entries()) close(edge, one.edges[i]!, 'edge');
    const where = columnPlaces([bins]);
    const places = placesOf(bins);
    const events = new Float64Array(places);
    const all = (length: number) => Int32Array.from({ length }, (_, row) => row);
    fillCounts(
      where,
      rowsOf(one.data),
      all(one.data.length),
      one.data.length,
      new Int32Array(one.data.length),
      [events],
    );
    const into = {
      sums: new Float64Array(places),
      squares: new Float64Array(places),
      events: new Float64Array(places),
      ofSample: new Float64Array(places),
    };
    const { length } = one.simulation;
    fillWeighted(where, rowsOf(one.simulation), all(length), length, Float64Array.from(one.weights), into);
    assert.deepEqual([...events].slice(0, -1), one.events.slice(0, -1));
    for (let place = 0; place < places - 1; place++) {
      assert.ok(Math.abs(into.sums[place]! - one.sums[place]!) < 1e-9, `sum ${place}`);
      assert.ok(Math.abs(into.squares[place]! - one.squares[place]!) < 1e-9, `square ${place}`);
    }
    assert.deepEqual(into.ofSample, into.sums);

    const reference = { sums: Float64Array.from(one.sums), squares: Float64Array.from(one.squares) };
    const found = compareShapes(bins, Float64Array.from(one.events), reference);
    assert.ok(isDefined(found));
    assert.equal(chi2Bins(bins, reference, one.data.length).count, one.groups);
    close(defined(found.chi2), one.chi2, 'chi2');
    assert.equal(found.ndf, one.ndf);
    close(defined(found.chi2P), one.chi2_p, 'p of chi2');
    close(defined(found.distance), one.distance, 'KS distance');
    close(defined(found.ksP), one.ks_p, 'p of KS');
    close(found.p, one.p, 'p');
    // 240 bins lose at most the share of one bin of the distance that the values themselves have.
    if (one.ks_unbinned !== undefined) {
      assert.ok(defined(found.distance) <= one.ks_unbinned + 1e-12);
      assert.ok(defined(found.distance) > one.ks_unbinned - 0.02);
    }
  });
}

test("p-values adjusted by Holm's rule", () => {
  const { p, adjusted } = golden.holm;
  for (const [i, found] of holmAdjusted(p).entries()) close(found, adjusted[i]!, `p ${p[i]}`);
});

test('Poisson error bars are within 1 % of the exact ones', () => {
  for (const { events, low, high } of golden.poisson) {
    const found = poissonInterval(events);
    assert.ok(Math.abs(found.low - low) <= 0.01 * low, `${events}: ${found.low}, ${low}`);
    assert.ok(Math.abs(found.high - high) <= 0.01 * high, `${events}: ${found.high}, ${high}`);
  }
});
