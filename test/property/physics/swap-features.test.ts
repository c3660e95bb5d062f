import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { shuffleFeatures, swapRows } from '../../../lib/physics/alteration/swap-features.js';

const rowsAndColumns = fc.record({
  rows: fc.integer({ min: 0, max: 40 }),
  columns: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer({ min: 0, max: 1000 }),
});

/** A value that tells where it came from. */
function table(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => i);
}

function hashes(rows: number) {
  return {
    high: Uint32Array.from({ length: rows }, (_, i) => Math.imul(i + 1, 0x9e3779b9) >>> 0),
    low: Uint32Array.from({ length: rows }, (_, i) => Math.imul(i + 7, 0x85ebca6b) >>> 0),
  };
}

test('shuffling permutes values within a row, and touches only columns that may be touched', () => {
  fc.assert(
    fc.property(rowsAndColumns, fc.integer({ min: 1, max: 5 }), ({ rows, columns, seed }, pairs) => {
      const among = Array.from({ length: columns }, (_, i) => i).filter((i) => i % 3 !== 1);
      const values = table(rows, columns);
      shuffleFeatures(values, rows, columns, among, hashes(rows), { seed, pairs });
      for (let row = 0; row < rows; row++) {
        const found = [...values.subarray(row * columns, (row + 1) * columns)];
        assert.deepEqual(
          [...found].sort((a, b) => a - b),
          Array.from({ length: columns }, (_, i) => row * columns + i),
        );
        found.forEach((value, column) => {
          if (!among.includes(column)) assert.equal(value, row * columns + column);
        });
      }
    }),
  );
});

test('one pair among many columns moves exactly two values of every row', () => {
  const values = table(50, 10);
  const among = Array.from({ length: 10 }, (_, i) => i);
  shuffleFeatures(values, 50, 10, among, hashes(50), { seed: 3, pairs: 1 });
  for (let row = 0; row < 50; row++) {
    const moved = among.filter((column) => values[row * 10 + column] !== row * 10 + column);
    assert.equal(moved.length, 2);
  }
});

test('dummy data keep the values of every column, in about the share of rows and columns', () => {
  fc.assert(
    fc.property(
      rowsAndColumns,
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      ({ rows, columns, seed }, share) => {
        const among = Array.from({ length: columns }, (_, i) => i);
        const values = table(rows, columns);
        swapRows(values, rows, columns, among, hashes(rows), { seed, share });
        for (let column = 0; column < columns; column++) {
          const found = Array.from({ length: rows }, (_, row) => values[row * columns + column]!);
          assert.deepEqual(
            found.sort((a, b) => a - b),
            Array.from({ length: rows }, (_, row) => row * columns + column),
          );
        }
      },
    ),
  );
  const values = table(4000, 20);
  swapRows(
    values,
    4000,
    20,
    Array.from({ length: 20 }, (_, i) => i),
    hashes(4000),
    { seed: 1, share: 0.5 },
  );
  const moved = values.reduce((sum, value, i) => sum + (value === i ? 0 : 1), 0);
  assert.ok(Math.abs(moved / values.length - 0.25) < 0.02, `${moved} of ${values.length} values moved`);
});

test('the same seed gives the same rows, another seed others', () => {
  const made = (seed: number) => {
    const values = table(200, 8);
    shuffleFeatures(values, 200, 8, [0, 1, 2, 3, 4, 5, 6, 7], hashes(200), { seed, pairs: 2 });
    return values;
  };
  assert.deepEqual(made(5), made(5));
  assert.notDeepEqual(made(5), made(6));
});
