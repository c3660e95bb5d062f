import { crc32 } from 'node:zlib';
import { Field, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } from 'apache-arrow';
import { RmmError } from '../../base/error.js';
import { type Batch, batchProblem, describeSource } from './batch.js';
import { encodeIndex, endOfStream, type IndexedBatch } from './batch-index.js';
import { encodeColumn } from './encode-column.js';

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
    ...Object.entries(source.facts ?? {}).map(([key, value]) => [`x-${key}`, value] as [string, string]),
  ]);
}
