import {
  Bool,
  type Data,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Int32,
  List,
  makeData,
  Struct,
  Uint8,
  Uint16,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { arrowType } from './arrow-types.js';
import { type BatchColumn, type FlatColumn, type GroupColumn, isFloat } from './batch.js';

/** A column as Arrow data. */
export interface EncodedColumn {
  readonly data: Data;
  readonly nullable: boolean;
}

/**
 * A column as Arrow data that looks at its arrays: Arrow's own builders go value by value, makeData takes them
 * as they are. `place` is its place in the batch.
 */
export function encodeColumn(column: BatchColumn, place: number): EncodedColumn {
  switch (column.kind) {
    case 'flat':
      return encodeFlat(column);
    case 'dictionary': {
      const indices =
        column.codes instanceof Uint8Array
          ? new Uint8()
          : column.codes instanceof Uint16Array
            ? new Uint16()
            : new Int32();
      // The id is given: Arrow's default is a counter of the process, and bytes would depend on history.
      const type = new Dictionary(new Utf8(), indices, place);
      const dictionary = vectorFromArray([...column.dictionary], new Utf8());
      const data = makeData({
        type,
        length: column.codes.length,
        nullCount: 0,
        data: column.codes,
        dictionary,
      });
      return { data, nullable: false };
    }
    case 'list': {
      const rows = column.offsets.length - 1;
      const item = arrowType(column.values);
      const type = new List(new Field('item', item, false));
      const data = makeData({
        type,
        length: rows,
        nullCount: 0,
        valueOffsets: column.offsets,
        child: plainData(item, column.values),
      });
      return { data, nullable: false };
    }
    case 'fixed': {
      const item = arrowType(column.values);
      const type = new FixedSizeList(column.width, new Field('item', item, false));
      const length = column.values.length / column.width;
      return {
        data: makeData({ type, length, nullCount: 0, child: plainData(item, column.values) }),
        nullable: false,
      };
    }
    case 'boolean': {
      const data = makeData({
        type: new Bool(),
        length: column.data.length,
        nullCount: 0,
        data: packBits(column.data),
      });
      return { data, nullable: false };
    }
    case 'group':
      return encodeGroup(column);
  }
}

/** A list of structs: one set of offsets, each field's values as they are. */
function encodeGroup({ offsets, fields }: GroupColumn): EncodedColumn {
  const rows = offsets.length - 1;
  const [begin, end] = [offsets[0]!, offsets[rows]!];
  const parts = fields.map(({ name, values }) => {
    const type = arrowType(values);
    return { field: new Field(name, type, false), data: plainData(type, values.subarray(begin, end)) };
  });
  const struct = new Struct(parts.map(({ field }) => field));
  const child = makeData({
    type: struct,
    length: end - begin,
    nullCount: 0,
    children: parts.map(({ data }) => data),
  });
  const type = new List(new Field('item', struct, false));
  const valueOffsets = begin === 0 ? offsets : offsets.map((offset) => offset - begin);
  return { data: makeData({ type, length: rows, nullCount: 0, valueOffsets, child }), nullable: false };
}

function packBits(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(bytes.length / 8));
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) bits[i >>> 3]! |= 1 << (i & 7);
  return bits;
}

function encodeFlat({ data, nanIsNull }: FlatColumn): EncodedColumn {
  const type = arrowType(data);
  if (nanIsNull !== true || !isFloat(data)) return { data: plainData(type, data), nullable: false };
  const nullBitmap = new Uint8Array(Math.ceil(data.length / 8));
  let nullCount = 0;
  for (let i = 0; i < data.length; i++) {
    if (Number.isNaN(data[i]!)) nullCount++;
    else nullBitmap[i >>> 3]! |= 1 << (i & 7);
  }
  const encoded = makeData({ type, length: data.length, nullCount, nullBitmap, data } as Parameters<
    typeof makeData
  >[0]);
  return { data: encoded, nullable: true };
}

function plainData(type: DataType, values: ArrayBufferView & { length: number }): Data {
  return makeData({ type, length: values.length, nullCount: 0, data: values } as Parameters<
    typeof makeData
  >[0]);
}
