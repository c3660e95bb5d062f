import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { GrowingBins } from '../../../services/live/scores/growing-bins.js';
import { ScoreGrid } from '../../../services/live/scores/score-grid.js';

test('bins keep their width where there is room, and double it where there is not', () => {
  const bins = new GrowingBins(4, 0);
  bins.cover(0.5, 2.5);
  assert.deepEqual([bins.width, bins.first, bins.bins], [1, 0, 3]);
  bins.cover(3, 3);
  assert.deepEqual([bins.width, bins.first, bins.bins], [1, 0, 4]);
  const moved = bins.cover(-1, -1);
  assert.equal(moved?.doublings, 1);
  assert.deepEqual([bins.width, bins.first, bins.bins], [2, -1, 3]);
  assert.equal(bins.placeOf(-0.001), 0);
  assert.equal(bins.placeOf(3.999), 2);
  assert.equal(bins.cover(0, 1), undefined);
});

// The smallest doubles of all become 0 where they are divided.
const number = fc
  .double({ min: -1e6, max: 1e6, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-300 ? 0 : value));
const part = fc.array(fc.tuple(number, number, fc.double({ min: -2, max: 2, noNaN: true })), {
  maxLength: 30,
});

test('whatever order rows come in, the counts are those of all rows in the last bins', () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const grid = new ScoreGrid({ most: 8, exponent: -3 }, { most: 6, exponent: 0 });
      for (const rows of parts)
        grid.add(
          0,
          rows.map(([x]) => x),
          rows.map(([, y]) => y),
          rows.map(([, , w]) => w),
        );
      const all = parts.flat();
      const histogram = grid.scores();
      if (all.length === 0) return assert.equal(histogram, undefined);
      const { width, first, counts, weights } = histogram!;
      assert.ok(counts[0]!.length <= 8);
      counts[0]!.forEach((count, bin) => {
        const inside = all.filter(([x]) => Math.floor(x / width) === first + bin);
        assert.equal(count, inside.length);
        const sum = inside.reduce((total, [, , w]) => total + w, 0);
        assert.ok(Math.abs(weights[0]![bin]! - sum) < 1e-9);
      });
      const cut = first + Math.floor(counts[0]!.length / 2);
      const tail = grid.from(cut);
      tail.counts[0]!.forEach((count, bin) => {
        const inside = all.filter(
          ([x, y]) => Math.floor(x / width) >= cut && Math.floor(y / tail.width) === tail.first + bin,
        );
        assert.equal(count, inside.length);
      });
    }),
  );
});

test('values that are not finite are passed over', () => {
  const grid = new ScoreGrid({ most: 8, exponent: 0 }, { most: 8, exponent: 0 });
  grid.add(0, [Number.NaN, 1, Number.NEGATIVE_INFINITY], [1, Number.NaN, 1], [1, 1, 1]);
  assert.equal(grid.scores(), undefined);
  grid.add(1, [2, Number.POSITIVE_INFINITY], [3, 3], [0.5, 1]);
  assert.deepEqual(grid.scores(), { width: 1, first: 2, counts: [[0], [1]], weights: [[0], [0.5]] });
});
