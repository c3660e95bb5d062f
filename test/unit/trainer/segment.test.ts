import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { decodeSegments, encodeSegment } from '../../../services/trainer/segment.js';

const rows = {
  rows: 2,
  columns: 529,
  maskWords: 1,
  hashHigh: Uint32Array.of(1, 2),
  hashLow: Uint32Array.of(3, 4),
  source: Int32Array.of(0, 1),
  entry: Float64Array.of(10, 11),
  weight: Float64Array.of(0.5, -1),
  channel: Int32Array.of(361106, -1),
  masks: Uint32Array.of(5, 6),
  offsets: Int32Array.of(0, 1, 3),
  values: Float32Array.of(1, 2, 3),
};

test('segments behind each other come back', () => {
  const one = encodeSegment(rows);
  const two = new Uint8Array(2 * one.length);
  two.set(one);
  two.set(one, one.length);
  assert.deepEqual(decodeSegments(two, 'x'), [rows, rows]);
});

test('a changed bit or a cut is a damaged file, named', () => {
  const bytes = encodeSegment(rows);
  // Word 7 of the header is padding; nothing is read from it.
  const read = fc.nat(bytes.length - 1).filter((at) => at < 28 || at >= 32);
  fc.assert(
    fc.property(read, fc.nat(7), (at, bit) => {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << bit;
      assert.throws(() => decodeSegments(flipped, 'bucket.bin'), {
        code: 'partial_damaged',
        message: /bucket\.bin/,
      });
      if (at > 0)
        assert.throws(() => decodeSegments(bytes.slice(0, at), 'bucket.bin'), { code: 'partial_damaged' });
    }),
  );
});
