import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import {
  addHistogram,
  emptyHistogram,
  fillHistogram,
  histogramOf,
  inside,
  integral,
  mergeHistograms,
} from '../../../lib/statistics/histogram.js';
import { regularAxis, sameAxis, variableAxis } from '../../../lib/statistics/histogram-axis.js';
import { testWeightFactor } from '../../../lib/statistics/test-weights.js';
import { toUhi } from '../../../lib/statistics/uhi.js';

const isInvariant = (error: unknown) => error instanceof RmmError && error.code === 'internal_invariant';

test('the lower edge belongs to a bin, the uppermost to the overflow, and NaN to neither', () => {
  const axis = regularAxis(0, 1, 2);
  const values = Float32Array.of(0, 0.5, 1, -0.01, Number.NaN, Number.POSITIVE_INFINITY);
  const found = histogramOf(axis, values, Float64Array.of(1, 2, 4, 8, 16, -32));
  assert.deepEqual([...found.sums], [8, 1, 2, -28]);
  assert.deepEqual([...found.squares], [64, 1, 4, 1040]);
  assert.deepEqual([...found.counts], [1, 1, 1, 2]);
  assert.deepEqual(found.missing, { sum: 16, square: 256, count: 1 });
  assert.deepEqual([...inside(found.sums)], [1, 2]);
  assert.deepEqual(integral(found), { sum: -17, square: 1109, count: 5 });
  assert.deepEqual(integral(found, 1, 3), { sum: 3, square: 5, count: 2 });
});

test('edges are those of numpy.linspace, and axes are told apart by them', () => {
  const axis = regularAxis(0, 1, 10);
  // 3 x 0.1 as numpy.linspace(0, 1, 11) rounds it; 0.3 lies below.
  assert.equal(axis.edges[3], 0.30000000000000004);
  assert.equal(histogramOf(axis, Float64Array.of(0.3)).sums[3], 1);
  assert.ok(sameAxis(regularAxis(0, 4, 4), variableAxis([0, 1, 2, 3, 4])));
  assert.ok(!sameAxis(regularAxis(0, 4, 4), regularAxis(0, 4, 2)));
  assert.ok(!sameAxis(variableAxis([0, 1, 3]), variableAxis([0, 2, 3])));
});

test('what is no axis, no weight or not of one length is refused', () => {
  for (const make of [
    () => regularAxis(0, 1, 0),
    () => regularAxis(1, 1, 3),
    () => regularAxis(0, Number.POSITIVE_INFINITY, 3),
    () => regularAxis(0, 5e-324, 3),
    () => variableAxis([1]),
    () => variableAxis([0, 2, 2]),
    () => variableAxis([0, Number.NaN]),
    () => histogramOf(regularAxis(0, 1, 1), Float32Array.of(1), Float64Array.of(Number.NaN)),
    () => histogramOf(regularAxis(0, 1, 1), Float32Array.of(1), Float64Array.of(Number.POSITIVE_INFINITY)),
    () => histogramOf(regularAxis(0, 1, 1), Float32Array.of(1, 2), Float64Array.of(1)),
    () => histogramOf(regularAxis(0, 1, 1), Float32Array.of(1), undefined, { mask: Uint8Array.of(1, 1) }),
    () => addHistogram(emptyHistogram(regularAxis(0, 1, 1)), emptyHistogram(regularAxis(0, 2, 1))),
    () => mergeHistograms([]),
    () => testWeightFactor(1),
  ]) {
    assert.throws(make, isInvariant);
  }
});

test('a row outside the rows asked for is refused, as a column that is too short', () => {
  const histogram = emptyHistogram(regularAxis(0, 1, 1));
  assert.throws(
    () => fillHistogram(histogram, Float32Array.of(1), Float64Array.of(1), { rows: Uint32Array.of(1) }),
    isInvariant,
  );
});

test('names and facts go into the UHI form where its schema has room', () => {
  const found = toUhi(histogramOf(variableAxis([0, 1, 3]), Float32Array.of(0.5, Number.NaN)), {
    version: '0.1.0',
    metadata: { name: 'met', region: 'SR1' },
    axis: { label: 'MET [GeV]' },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(found)), {
    uhi_schema: 1,
    writer_info: { rmmstream: { version: '0.1.0' } },
    metadata: { name: 'met', region: 'SR1', entries: 1, missing: 1 },
    axes: [
      {
        type: 'variable',
        edges: [0, 1, 3],
        underflow: true,
        overflow: true,
        circular: false,
        metadata: { label: 'MET [GeV]' },
      },
    ],
    storage: { type: 'weighted', values: [0, 1, 0, 0], variances: [0, 1, 0, 0] },
  });
});

test('a train fraction of 0.8 makes test events count five times', () => {
  assert.equal(testWeightFactor(0.8), 5);
  assert.equal(testWeightFactor(0.7), 1 / 0.3);
  assert.equal(testWeightFactor(0), 1);
});
