import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  addHistogram,
  emptyHistogram,
  fillHistogram,
  histogramOf,
  integral,
  mergeHistograms,
  scaleHistogram,
} from '../../../lib/statistics/histogram.js';
import { type Axis, placeOf, regularAxis, variableAxis } from '../../../lib/statistics/histogram-axis.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 400;

const axis: fc.Arbitrary<Axis> = fc.oneof(
  fc
    .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.01, max: 50, noNaN: true }))
    .chain(([low, width]) =>
      fc.integer({ min: 1, max: 60 }).map((bins) => regularAxis(low, low + width, bins)),
    ),
  fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 })
    .map((edges) => variableAxis(edges.sort((a, b) => a - b))),
);

/** Weights are small whole numbers, so that sums have the same bits in any order. */
const columns = (values: fc.Arbitrary<number>) =>
  fc.array(fc.tuple(values, fc.integer({ min: -3, max: 9 })), { maxLength: 50 }).map((rows) => ({
    values: Float64Array.from(rows, ([value]) => value),
    weights: Float64Array.from(rows, ([, weight]) => weight),
  }));

/** Values near, on and one step beside the edges, far away, and absent. */
const world = axis.chain((made) =>
  fc.record({
    axis: fc.constant(made),
    parts: fc.array(
      columns(
        fc.oneof(
          fc.double({ min: -200, max: 200, noNaN: true }),
          fc.constantFrom(...made.edges),
          fc.constantFrom(...made.edges).map((edge) => edge * (1 + 2 ** -52)),
          fc.constantFrom(...made.edges).map((edge) => edge * (1 - 2 ** -52)),
          fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
        ),
      ),
      { minLength: 3, maxLength: 3 },
    ),
  }),
);

/** numpy.searchsorted(edges, value, side="right"). */
function searchSorted(edges: Float64Array, value: number): number {
  return edges.filter((edge) => edge <= value).length;
}

test('a row is in the bin whose edges hold it, NaN in none', () => {
  fc.assert(
    fc.property(world, ({ axis, parts: [part] }) => {
      const { values, weights } = part!;
      const found = histogramOf(axis, values, weights);
      const sums = new Float64Array(axis.bins + 2);
      const squares = new Float64Array(axis.bins + 2);
      const counts = new Float64Array(axis.bins + 2);
      const missing = { sum: 0, square: 0, count: 0 };
      values.forEach((value, row) => {
        const weight = weights[row]!;
        if (Number.isNaN(value)) {
          missing.sum += weight;
          missing.square += weight ** 2;
          missing.count += 1;
          return;
        }
        const place = searchSorted(axis.edges, value);
        assert.equal(placeOf(axis, value), place);
        sums[place]! += weight;
        squares[place]! += weight ** 2;
        counts[place]! += 1;
      });
      assert.deepEqual(found, { axis, sums, squares, counts, missing });
    }),
    { numRuns },
  );
});

test('merging does not depend on how the parts are grouped, and equals filling with all', () => {
  fc.assert(
    fc.property(world, ({ axis, parts }) => {
      const [a, b, c] = parts.map(({ values, weights }) => histogramOf(axis, values, weights));
      const left = mergeHistograms([mergeHistograms([a!, b!]), c!]);
      assert.deepEqual(mergeHistograms([a!, mergeHistograms([b!, c!])]), left);
      assert.deepEqual(mergeHistograms([c!, a!, b!]), left);
      const all = emptyHistogram(axis);
      for (const { values, weights } of parts) fillHistogram(all, values, weights);
      assert.deepEqual(all, left);
      const twice = mergeHistograms([left, left]);
      addHistogram(left, all);
      assert.deepEqual(left, twice);
    }),
    { numRuns },
  );
});

test('rows by number and rows by mask are the rows themselves', () => {
  fc.assert(
    fc.property(world, fc.infiniteStream(fc.boolean()), ({ axis, parts: [part] }, coins) => {
      const { values, weights } = part!;
      const mask = Uint8Array.from(values, () => (coins.next().value ? 1 : 0));
      const rows = Uint32Array.from(values.keys()).filter((row) => mask[row] === 1);
      const wanted = histogramOf(
        axis,
        values.filter((_, row) => mask[row] === 1),
        weights.filter((_, row) => mask[row] === 1),
      );
      assert.deepEqual(histogramOf(axis, values, weights, { rows }), wanted);
      assert.deepEqual(histogramOf(axis, values, weights, { mask }), wanted);
    }),
    { numRuns },
  );
});

test('scaling scales sums once and squares twice, and keeps counts', () => {
  fc.assert(
    fc.property(world, fc.constantFrom(0.25, 2, -4), ({ axis, parts: [part] }, factor) => {
      const { values, weights } = part!;
      const scaled = scaleHistogram(histogramOf(axis, values, weights), factor);
      const wanted = histogramOf(
        axis,
        values,
        weights.map((weight) => weight * factor),
      );
      assert.deepEqual(integral(scaled), integral(wanted));
      assert.deepEqual(scaled.counts, wanted.counts);
      assert.equal(scaled.missing.square, wanted.missing.square);
    }),
    { numRuns },
  );
});
