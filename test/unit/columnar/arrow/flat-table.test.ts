import assert from 'node:assert/strict';
import test from 'node:test';
import { FlatProblem, FlatTable } from '../../../../lib/columnar/arrow/flat-table.js';

/** A root table with one field at `value`, behind which `rest` follows as 32-bit words. */
function buffer(rest: readonly number[]): Uint8Array {
  // Root offset; vtable: its size, the table's size, place of field 0; padding; table: back to its vtable, field 0.
  const head = [12, 6 | (8 << 16), 4, 8, 4];
  return new Uint8Array(Int32Array.from([...head, ...rest]).buffer);
}

test('a place or a count outside the bytes is refused where it is met', () => {
  const text = (length: number) => FlatTable.root(buffer([length, 0x6f6c6568])).text(0);
  assert.equal(text(4), 'helo');
  for (const length of [5, 0x7fffffff, -1]) assert.throws(() => text(length), FlatProblem);
  assert.throws(() => FlatTable.root(buffer([1 << 28, 0])).pairs(0), FlatProblem);
  assert.throws(() => FlatTable.root(buffer([1, 400])).tables(0), FlatProblem);
  assert.throws(() => FlatTable.root(Uint8Array.of(1, 2)), FlatProblem);
  assert.throws(() => FlatTable.root(new Uint8Array(Int32Array.of(4, 1 << 30).buffer)), FlatProblem);
  assert.deepEqual(FlatTable.root(buffer([0])).tables(3), []);
  assert.equal(FlatTable.root(buffer([0])).text(1), undefined);
});

test('tables that stand for many, level by level, do not unfold to any size', () => {
  const entries = 50;
  const levels = 6;
  // Each level: a table whose one field is a vector, every entry of which leads to the table of the next level.
  const words = [12, 6 | (8 << 16), 4];
  for (let level = 0; level < levels; level += 1) {
    const table = words.length;
    const next = table + 3 + entries;
    words.push(4 * (table - 1), 4, entries);
    for (let i = 0; i < entries; i += 1) words.push(4 * (next - (table + 3 + i)));
  }
  words.push(4 * (words.length - 1), 4, 0);
  const bytes = new Uint8Array(Int32Array.from(words).buffer);
  let met = 0;
  const unfold = (table: FlatTable): void => {
    met += 1;
    for (const child of table.tables(0)) unfold(child);
  };
  assert.throws(() => unfold(FlatTable.root(bytes)), /unfolds to many times its length/);
  assert.ok(met < bytes.length, `${met} tables of ${bytes.length} bytes`);
});
