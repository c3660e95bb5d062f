import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { PatternTable } from '../../../lib/physics/patterns.js';
import { blockColumns, dense } from '../../../lib/physics/rmm/index.js';

for (const size of [23, 51]) {
  test(`masks of ${size} slots: numbers are stable, columns ascend and name the block`, () => {
    const words = Math.ceil(size / 32);
    const slots = fc.uniqueArray(fc.integer({ min: 1, max: size - 1 }), { maxLength: 12 });
    const table = new PatternTable(size * size, words);
    const numbers = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(slots, { minLength: 1, maxLength: 40 }), (events) => {
        const masks = new Uint32Array(events.length * words);
        const offsets = new Int32Array(events.length + 1);
        const sorted = events.map((list) => [0, ...list.sort((a, b) => a - b)]);
        sorted.forEach((list, row) => {
          for (const slot of list) masks[row * words + (slot >>> 5)]! |= 1 << (slot & 31);
          offsets[row + 1] = offsets[row]! + list.length ** 2;
        });
        const values = Float32Array.from({ length: offsets[events.length]! }, (_, k) => k + 1);
        const rows = { rows: events.length, columns: size * size, maskWords: words, masks, offsets, values };
        const found = table.rows(rows);
        const row = new Float32Array(size * size + 2);
        sorted.forEach((list, k) => {
          const key = list.join();
          const expected = list.flatMap((i) => list.map((j) => i * size + j));
          const number = found.pattern[k]!;
          assert.deepEqual([...found.patterns[number]!], expected);
          assert.deepEqual([...blockColumns(masks, k * words, words, size)], expected);
          if (numbers.has(key)) assert.equal(number, numbers.get(key));
          numbers.set(key, number);
          dense(rows, k, row, 1);
          const stored = values.subarray(offsets[k]!, offsets[k + 1]!);
          assert.deepEqual(
            [...row].flatMap((value, at) => (value === 0 ? [] : [[at - 1, value]])),
            expected.map((at, n) => [at, stored[n]]),
          );
        });
      }),
    );
    assert.ok(numbers.size > 300, 'the table has grown past its first size');
    assert.equal(table.patterns.length, numbers.size);
  });
}

test('a table feature set has the one pattern of all its columns', () => {
  const table = new PatternTable(33, 0);
  const rows = {
    rows: 2,
    columns: 33,
    maskWords: 0,
    masks: new Uint32Array(0),
    offsets: Int32Array.of(0, 33, 66),
    values: Float32Array.from({ length: 66 }, (_, k) => k),
  };
  const found = table.rows(rows);
  assert.deepEqual([...found.pattern.subarray(0, 2)], [0, 0]);
  assert.deepEqual(
    [...found.patterns[0]!],
    Array.from({ length: 33 }, (_, k) => k),
  );
  const row = new Float32Array(33);
  dense(rows, 1, row);
  assert.equal(row[5], 38);
  assert.throws(() => new PatternTable(529, 1).rows(rows), { code: 'internal_invariant' });
});
