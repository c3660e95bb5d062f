import assert from 'node:assert/strict';
import test from 'node:test';
import { batchProblem } from '../../../../lib/columnar/arrow/batch.js';
import { FlatProblem, FlatTable } from '../../../../lib/columnar/arrow/flat-table.js';
import { RecordReader } from '../../../../lib/columnar/arrow/record-reader.js';

/** The header of a record batch without columns, whose buffers lie at these places: [first byte, bytes]. */
function header(buffers: readonly (readonly [number, number])[]): FlatTable {
  // Root offset; vtable: its size, the table's, places of three fields, padding; table: back to its vtable,
  // rows (64 bits), way to the nodes, way to the buffers; nodes: none; buffers.
  const head = [16, 10 | (20 << 16), 4 | (12 << 16), 16, 12, 0, 0, 8, 8, 0];
  const words = [...head, buffers.length, ...buffers.flatMap(([first, bytes]) => [first, 0, bytes, 0])];
  return FlatTable.root(new Uint8Array(Int32Array.from(words).buffer));
}

test('buffers come in any order, each with its bytes', () => {
  const record = new RecordReader(
    header([
      [2, 2],
      [0, 2],
    ]),
    Uint8Array.of(1, 2, 3, 4),
  );
  assert.deepEqual([...record.bytes()], [3, 4]);
  assert.deepEqual([...record.bytes()], [1, 2]);
  assert.throws(() => record.bytes(), FlatProblem);
});

test('columns that share their bytes are refused: each would be unpacked anew', () => {
  const shared = Array.from({ length: 100 }, () => [0, 64] as const);
  assert.throws(() => new RecordReader(header(shared), new Uint8Array(64)), {
    message: /buffers are 6400 bytes together, its body 64/,
  });
});

test('rows without a column that holds them are refused', () => {
  assert.match(batchProblem(4_000_000_000, [])!, /4000000000 rows and no column/);
  assert.equal(batchProblem(0, []), undefined);
});
