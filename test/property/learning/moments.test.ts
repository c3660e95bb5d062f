import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Moments, mergeMoments, mergeTree, rowMoments } from '../../../lib/learning/moments.js';
import { momentsFromBytes, momentsToBytes } from '../../../lib/learning/moments-bytes.js';
import { makeRows, sliceRows, toDense } from '../../unit/learning/fixtures.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 150 };
const shape = fc.record({
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 1, max: 60 }),
  columns: fc.integer({ min: 1, max: 25 }),
  weighted: fc.boolean(),
  masked: fc.boolean(),
});

/** Dense, two passes, plain numbers: what numpy would do. */
function reference(dense: Float64Array[], weights: number[], column: number) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = dense.reduce((sum, row, index) => sum + weights[index]! * row[column]!, 0) / total;
  const m2 = dense.reduce((sum, row, index) => sum + weights[index]! * (row[column]! - mean) ** 2, 0);
  const values = dense.map((row) => row[column]!);
  return {
    mean,
    m2,
    filled: values.filter((value) => value !== 0).length,
    minimum: Math.min(...values),
    maximum: Math.max(...values),
  };
}

function near(actual: number, expected: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= 1e-11 * (1 + Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );
}

function sameBits(left: Moments, right: Moments): void {
  assert.deepEqual(momentsToBytes(left), momentsToBytes(right));
}

test('moments of sparse rows equal those of the dense rows', () => {
  fc.assert(
    fc.property(shape, ({ seed, rows, columns, weighted, masked }) => {
      const data = makeRows(seed, rows, columns);
      const mask = Uint8Array.from({ length: rows }, (_, row) => (masked && row % 3 === 1 ? 0 : 1));
      const moments = rowMoments(data.rows, mask, weighted ? data.weights : undefined);
      const dense = toDense(data.rows).filter((_, row) => mask[row] !== 0);
      const weights = [...data.weights]
        .filter((_, row) => mask[row] !== 0)
        .map((weight) => (weighted ? Math.abs(weight) : 1));
      assert.equal(moments.rows, dense.length);
      for (let column = 0; column < columns; column++) {
        const expected = reference(dense, weights, column);
        near(moments.mean[column]!, expected.mean, 'mean');
        near(moments.m2[column]!, expected.m2, 'm2');
        assert.equal(moments.filled[column], expected.filled);
        assert.equal(moments.minimum[column], expected.minimum);
        assert.equal(moments.maximum[column], expected.maximum);
      }
    }),
    runs,
  );
});

test('moments merged from any blocks agree with those of all rows', () => {
  fc.assert(
    fc.property(shape, fc.integer({ min: 1, max: 20 }), ({ seed, rows, columns, weighted }, size) => {
      const data = makeRows(seed, rows, columns);
      const whole = rowMoments(data.rows, undefined, weighted ? data.weights : undefined);
      const blocks: Moments[] = [];
      for (let first = 0; first < rows; first += size) {
        const part = sliceRows(data, first, Math.min(rows, first + size));
        blocks.push(rowMoments(part.rows, undefined, weighted ? part.weights : undefined));
      }
      const merged = mergeTree(blocks, columns);
      near(merged.weight, whole.weight, 'weight');
      assert.equal(merged.rows, whole.rows);
      for (let column = 0; column < columns; column++) {
        near(merged.mean[column]!, whole.mean[column]!, 'mean');
        near(merged.m2[column]!, whole.m2[column]!, 'm2');
        assert.equal(merged.filled[column], whole.filled[column]);
        assert.equal(merged.minimum[column], whole.minimum[column]);
        assert.equal(merged.maximum[column], whole.maximum[column]);
      }
      sameBits(mergeTree(blocks, columns), merged);
    }),
    runs,
  );
});

test('moments survive their bytes bit for bit, and merging with nothing changes nothing', () => {
  fc.assert(
    fc.property(shape, ({ seed, rows, columns, masked }) => {
      const data = makeRows(seed, rows, columns);
      const none = new Uint8Array(rows);
      const moments = rowMoments(data.rows, masked ? none : undefined);
      const back = momentsFromBytes(momentsToBytes(moments));
      assert.deepEqual(back, moments);
      const empty = rowMoments(data.rows, none);
      sameBits(mergeMoments(moments, empty), moments);
      sameBits(mergeMoments(empty, moments), moments);
    }),
    runs,
  );
});
