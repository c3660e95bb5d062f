import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { histogramOf } from '../../../lib/statistics/histogram.js';
import { regularAxis, variableAxis } from '../../../lib/statistics/histogram-axis.js';
import { toUhi, type UhiHistogram } from '../../../lib/statistics/uhi.js';

/** What make-histograms.py writes. */
interface Case {
  readonly name: string;
  readonly axis: { low: number; high: number; bins: number } | { edges: number[] };
  readonly float32: boolean;
  readonly values: number[];
  readonly weights: number[];
  readonly sums: number[];
  readonly variances: number[];
  readonly counts: number[];
  readonly uhi: UhiHistogram;
}

const path = join(packageRoot, 'test', 'golden', 'statistics', 'histograms.json');
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { cases: Case[] };

function close(found: ArrayLike<number>, wanted: readonly number[], what: string): void {
  assert.equal(found.length, wanted.length, what);
  wanted.forEach((value, i) => {
    assert.ok(
      Math.abs(found[i]! - value) <= 1e-12 * Math.max(1, Math.abs(value)),
      `${what} ${i}: ${found[i]}, ${value}`,
    );
  });
}

for (const golden of cases) {
  test(`equals boost-histogram and numpy: ${golden.name}`, () => {
    const axis =
      'edges' in golden.axis
        ? variableAxis(golden.axis.edges)
        : regularAxis(golden.axis.low, golden.axis.high, golden.axis.bins);
    const values = golden.float32 ? Float32Array.from(golden.values) : Float64Array.from(golden.values);
    const found = histogramOf(axis, values, Float64Array.from(golden.weights));
    close(found.sums, golden.sums, 'sum');
    close(found.squares, golden.variances, 'variance');
    assert.deepEqual([...found.counts], golden.counts);

    const uhi = toUhi(found, { version: '1' });
    assert.deepEqual(uhi.axes, golden.uhi.axes);
    assert.equal(uhi.uhi_schema, golden.uhi.uhi_schema);
    assert.equal(uhi.storage.type, golden.uhi.storage.type);
    assert.deepEqual(Object.keys(uhi.storage), Object.keys(golden.uhi.storage));
    close(uhi.storage.values, [...golden.uhi.storage.values], 'UHI value');
    close(uhi.storage.variances, [...golden.uhi.storage.variances], 'UHI variance');
    assert.deepEqual(uhi.metadata, { entries: golden.values.length, missing: 0 });
  });
}
