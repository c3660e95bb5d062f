import assert from 'node:assert/strict';
import test from 'node:test';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import type { Batch, BatchColumn, NumberArray } from '../../../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../../../lib/columnar/arrow/encode.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 5000 : 100;

const exactly = <T>(item: fc.Arbitrary<T>, count: number) =>
  fc.array(item, { minLength: count, maxLength: count });

function numbers(count: number): fc.Arbitrary<NumberArray> {
  const whole = exactly(fc.integer(), count);
  const big = exactly(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), count);
  return fc.oneof(
    ...[Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array].map((type) =>
      whole.map((values): NumberArray => type.from(values)),
    ),
    big.map((values): NumberArray => BigInt64Array.from(values)),
    big.map((values): NumberArray => BigUint64Array.from(values, (value) => BigInt.asUintN(64, value))),
    exactly(fc.float({ noNaN: true }), count).map((values): NumberArray => Float32Array.from(values)),
    exactly(fc.double({ noNaN: true }), count).map((values): NumberArray => Float64Array.from(values)),
  );
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    offsets[i + 1] = offsets[i]! + length;
  });
  return offsets;
}

function columnOf(name: string, rows: number): fc.Arbitrary<BatchColumn> {
  return fc.oneof(
    numbers(rows).map((data): BatchColumn => ({ kind: 'flat', name, data })),
    exactly(fc.option(fc.float({ noNaN: true })), rows).map(
      (values): BatchColumn => ({
        kind: 'flat',
        name,
        nanIsNull: true,
        data: Float32Array.from(values, (value) => value ?? Number.NaN),
      }),
    ),
    fc.array(fc.string(), { minLength: 1, maxLength: 9 }).chain((dictionary) =>
      exactly(fc.nat(dictionary.length - 1), rows).map(
        (codes): BatchColumn => ({
          kind: 'dictionary',
          name,
          codes: Int32Array.from(codes),
          dictionary,
        }),
      ),
    ),
    exactly(fc.nat(4), rows).chain((lengths) => {
      const offsets = offsetsOf(lengths);
      return numbers(offsets[rows]!).map((values): BatchColumn => ({ kind: 'list', name, offsets, values }));
    }),
    fc
      .integer({ min: 1, max: 3 })
      .chain((width) =>
        numbers(rows * width).map((values): BatchColumn => ({ kind: 'fixed', name, width, values })),
      ),
    exactly(fc.nat(1), rows).map(
      (bits): BatchColumn => ({ kind: 'boolean', name, data: Uint8Array.from(bits) }),
    ),
    fc.tuple(exactly(fc.nat(4), rows), fc.integer({ min: 1, max: 4 })).chain(([lengths, count]) => {
      const offsets = offsetsOf(lengths);
      return fc.tuple(...Array.from({ length: count }, () => numbers(offsets[rows]!))).map(
        (fields): BatchColumn => ({
          kind: 'group',
          name,
          offsets,
          fields: fields.map((values, i) => ({ name: `f${i}`, values })),
        }),
      );
    }),
  );
}

const batch = fc.tuple(fc.nat(70), fc.integer({ min: 1, max: 6 })).chain(([rows, count]) =>
  fc
    .record({
      metadata: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string()),
      source: fc.record(
        {
          file: fc.string(),
          firstEntry: fc.maxSafeNat(),
          entries: fc.nat(),
          facts: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string(), { minKeys: 1 }),
        },
        { requiredKeys: ['file', 'firstEntry', 'entries'] },
      ),
      columns: fc.tuple(...Array.from({ length: count }, (_, i) => columnOf(`c${i}`, rows))),
    })
    .map(
      ({ metadata, source, columns }): Batch => ({
        schema: { id: 'test', version: 3, metadata: { ...metadata } },
        source: { ...source, ...(source.facts === undefined ? {} : { facts: { ...source.facts } }) },
        rows,
        columns,
      }),
    ),
);

test('every batch comes back as it was, at any place in memory, with equal bytes each time', () => {
  fc.assert(
    fc.property(batch, fc.nat(9), (wanted, shift) => {
      const bytes = encodeBatch(wanted);
      const placed = new Uint8Array(bytes.length + shift).subarray(shift);
      placed.set(bytes);
      assert.deepEqual(decodeBatch(placed, { id: 'test', version: 3 }), wanted);
      assert.deepEqual(encodeBatch(wanted), bytes);
      // Any Arrow reader takes the bytes as a stream, the index behind its end notwithstanding.
      assert.equal(tableFromIPC(bytes).numRows, wanted.rows);
    }),
    { numRuns },
  );
});
