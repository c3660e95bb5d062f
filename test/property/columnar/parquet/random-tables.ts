import fc from 'fast-check';
import type { ParquetColumn } from '../../../../lib/columnar/parquet/column.js';

/** A column and what a reader must give for it. */
export interface Case {
  readonly column: ParquetColumn;
  readonly values: unknown[];
}

const float32 = fc.float({ noNaN: true });
const exactly = <T>(item: fc.Arbitrary<T>, rows: number) =>
  fc.array(item, { minLength: rows, maxLength: rows });
/** Runs and small ranges are what the encodings live on. */
const wholeNumbers = (rows: number) =>
  fc.oneof(
    exactly(fc.integer(), rows),
    exactly(fc.integer({ min: -3, max: 5 }), rows),
    fc.integer().map((value) => new Array<number>(rows).fill(value)),
    exactly(fc.integer(), rows).map((values) => values.sort((a, b) => a - b)),
    exactly(fc.integer({ min: 0, max: 1000 }), rows).map((values) => values.sort((a, b) => a - b)),
  );
const bigNumbers = (rows: number) =>
  fc.oneof(
    exactly(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), rows),
    exactly(fc.bigInt(2n ** 53n, 2n ** 53n + 500n), rows).map((values) =>
      values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    ),
  );

function columnOf(name: string, rows: number): fc.Arbitrary<Case> {
  return fc.oneof(
    wholeNumbers(rows).map((values) => ({
      column: { name, type: 'int32' as const, data: Int32Array.from(values) },
      values,
    })),
    bigNumbers(rows).map((values) => ({
      column: { name, type: 'int64' as const, data: BigInt64Array.from(values) },
      values,
    })),
    exactly(fc.integer({ min: -32768, max: 32767 }), rows).map((values) => ({
      column: { name, type: 'int16' as const, data: Int16Array.from(values) },
      values,
    })),
    exactly(float32, rows).map((values) => ({
      column: { name, type: 'float' as const, data: Float32Array.from(values) },
      values,
    })),
    exactly(fc.double({ noNaN: true }), rows).map((values) => ({
      column: { name, type: 'double' as const, data: Float64Array.from(values) },
      values,
    })),
    exactly(fc.option(float32), rows).map((values) => ({
      column: {
        name,
        type: 'float' as const,
        nanIsNull: true,
        data: Float32Array.from(values, (x) => x ?? Number.NaN),
      },
      values,
    })),
    exactly(fc.option(fc.integer()), rows).map((values) => ({
      column: {
        name,
        type: 'int32' as const,
        data: Int32Array.from(values, (x) => x ?? 77),
        validity: Uint8Array.from(values, (x) => (x === null ? 0 : 1)),
      },
      values,
    })),
    fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 20 }).chain((dictionary) =>
      exactly(fc.nat(dictionary.length - 1), rows).map((codes) => ({
        column: { name, type: 'dictionary' as const, codes: Uint8Array.from(codes), dictionary },
        values: codes.map((code) => dictionary[code]!),
      })),
    ),
    exactly(fc.boolean(), rows).map((values) => ({
      column: { name, type: 'boolean' as const, flags: Uint8Array.from(values, Number) },
      values,
    })),
    exactly(fc.array(fc.integer(), { maxLength: 5 }), rows).map((lists) => ({
      column: {
        name,
        type: 'list<int32>' as const,
        offsets: Int32Array.from([0, ...lists.keys()], (_, i) => lists.slice(0, i).flat().length),
        values: Int32Array.from(lists.flat()),
      },
      values: lists,
    })),
    exactly(fc.array(float32, { maxLength: 5 }), rows).map((lists) => ({
      column: {
        name,
        type: 'list<float>' as const,
        offsets: Int32Array.from([0, ...lists.keys()], (_, i) => lists.slice(0, i).flat().length),
        values: Float32Array.from(lists.flat()),
      },
      values: lists,
    })),
  );
}

/** Tables of 1 to 5 columns of any kind, cut into row groups. */
export const randomTable = fc
  .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 250 }))
  .chain(([rows, count, rowGroupRows]) =>
    fc.record({
      cases: fc.tuple(...Array.from({ length: count }, (_, i) => columnOf(`c${i}`, rows))),
      rowGroupRows: fc.constant(rowGroupRows),
      codec: fc.constantFrom('zstd' as const, 'none' as const),
    }),
  );
