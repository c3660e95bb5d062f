import { crc32 } from 'node:zlib';
import {
  type Data,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint8,
  Uint16,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { RmmError } from '../../base/error.js';
import { arrowType } from './arrow-types.js';
import {
  type Batch,
  type BatchColumn,
  batchProblem,
  describeSource,
  type FlatColumn,
  isFloat,
} from './batch.js';
import { encodeIndex, endOfStream, type IndexedBatch } from './batch-index.js';

/** The messages of a batch: the schema, and what holds its rows. */
export interface BatchMessages {
  readonly schema: Uint8Array;
  /** Dictionaries and the record batch. */
  readonly body: Uint8Array;
}

/**
 * A batch as bytes: an Arrow IPC stream of one record batch, as every Arrow reader takes it, and after its
 * end mark an index with checksums. Equal batches give equal bytes.
 * @throws table_shape_invalid
 */
export function encodeBatch(batch: Batch): Uint8Array {
  const { schema, body } = encodeMessages(batch);
  const index = encodeIndex({
    schemaBytes: schema.length,
    schemaCrc: crc32(schema),
    batches: [indexed(batch, schema.length, body)],
  });
  return Buffer.concat([schema, body, endOfStream, index]);
}

export function indexed(batch: Batch, offset: number, body: Uint8Array): IndexedBatch {
  return { offset, bytes: body.length, rows: batch.rows, crc: crc32(body) };
}

/** @throws table_shape_invalid */
export function encodeMessages(batch: Batch): BatchMessages {
  const problem = batchProblem(batch.rows, batch.columns);
  if (problem !== undefined) {
    throw new RmmError('table_shape_invalid', `batch ${describeSource(batch.source)}: ${problem}`);
  }
  const parts = batch.columns.map(encodeColumn);
  const fields = parts.map(({ data, nullable }, i) => new Field(batch.columns[i]!.name, data.type, nullable));
  const struct = makeData({
    type: new Struct(fields),
    length: batch.rows,
    nullCount: 0,
    children: parts.map(({ data }) => data),
  });
  const arrowBatch = new RecordBatch(
    new Schema(fields, schemaMetadata(batch)),
    struct,
    sourceMetadata(batch),
  );
  const writer = new RecordBatchStreamWriter();
  writer.write(arrowBatch);
  const stream = writer.finish().toUint8Array(true);
  // The schema message has a head of 8 bytes (mark, length) and no body; the end mark is kept apart.
  const schemaBytes = 8 + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return {
    schema: stream.subarray(0, schemaBytes),
    body: stream.subarray(schemaBytes, stream.length - endOfStream.length),
  };
}

function schemaMetadata({ schema }: Batch): Map<string, string> {
  return new Map([
    ['schema', schema.id],
    ['version', String(schema.version)],
    ...Object.entries(schema.metadata).map(([key, value]) => [`x-${key}`, value] as [string, string]),
  ]);
}

function sourceMetadata({ source }: Batch): Map<string, string> {
  return new Map([
    ['file', source.file],
    ['first_entry', String(source.firstEntry)],
    ['entries', String(source.entries)],
  ]);
}

interface EncodedColumn {
  readonly data: Data;
  readonly nullable: boolean;
}

/** Arrow's own builders go value by value; makeData takes the arrays as they are. */
function encodeColumn(column: BatchColumn, place: number): EncodedColumn {
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
  }
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
