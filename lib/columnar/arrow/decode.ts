import { crc32 } from 'node:zlib';
import { type Data, DataType, type RecordBatch, RecordBatchReader, type Vector } from 'apache-arrow';
import { RmmError } from '../../base/error.js';
import { isNumberType } from './arrow-types.js';
import { type Batch, type BatchColumn, batchProblem, isFloat, type NumberArray } from './batch.js';
import { closingLength, corrupt, decodeIndex, type IndexedBatch, indexLength } from './batch-index.js';

/** What the reader expects; a batch of anything else is refused. */
export interface ExpectedSchema {
  readonly id: string;
  readonly version: number;
}

/**
 * The one batch in `bytes`. The arrays of its columns look into `bytes` without a copy where `bytes` starts
 * at a multiple of 8 of its buffer, and are copied once otherwise. `name` says in errors where it is from.
 * @throws arrow_batch_corrupt, arrow_schema_mismatch
 */
export function decodeBatch(bytes: Uint8Array, expected: ExpectedSchema, name = 'in memory'): Batch {
  const length = indexLength(bytes.subarray(Math.max(0, bytes.length - closingLength)), bytes.length, name);
  const index = decodeIndex(bytes.subarray(bytes.length - length), bytes.length, name);
  const [entry] = index.batches;
  if (entry === undefined || index.batches.length !== 1) {
    throw corrupt(name, `holds ${index.batches.length} batches where one is expected`);
  }
  if (crc32(bytes.subarray(0, index.schemaBytes)) !== index.schemaCrc)
    throw corrupt(name, 'has a damaged schema');
  return decodeStream(
    bytes.subarray(0, entry.offset + entry.bytes),
    index.schemaBytes,
    entry,
    expected,
    name,
  );
}

/** The batch in `stream`: the schema message (already checked) and right behind it the batch's messages. */
export function decodeStream(
  stream: Uint8Array,
  schemaBytes: number,
  entry: IndexedBatch,
  expected: ExpectedSchema,
  name: string,
): Batch {
  const body = stream.subarray(schemaBytes, schemaBytes + entry.bytes);
  if (body.length !== entry.bytes || crc32(body) !== entry.crc) throw corrupt(name, 'fails its checksum');
  let batch: Batch;
  try {
    const reader = RecordBatchReader.from(stream).open();
    const { value } = reader.next();
    if (!value) throw corrupt(name, 'holds no record batch');
    batch = toBatch(value as RecordBatch, expected, name);
  } catch (error) {
    throw error instanceof RmmError
      ? error
      : corrupt(name, `cannot be read as Arrow (${String(error)})`, error);
  }
  const problem = batchProblem(batch.rows, batch.columns);
  if (problem !== undefined) throw corrupt(name, `contradicts itself: ${problem}`);
  if (batch.rows !== entry.rows)
    throw corrupt(name, `holds ${batch.rows} rows where its index says ${entry.rows}`);
  return batch;
}

function toBatch(arrow: RecordBatch, expected: ExpectedSchema, name: string): Batch {
  const facts = arrow.schema.metadata;
  const id = facts.get('schema') ?? 'none';
  const version = Number(facts.get('version'));
  if (id !== expected.id || version !== expected.version) {
    throw new RmmError(
      'arrow_schema_mismatch',
      `batch ${name} has schema ${id} version ${version} where ${expected.id} version ${expected.version} is expected`,
      { context: { source: name } },
    );
  }
  const metadata: Record<string, string> = {};
  for (const [key, value] of facts) if (key.startsWith('x-')) metadata[key.slice(2)] = value;
  const file = arrow.metadata.get('file');
  const firstEntry = Number(arrow.metadata.get('first_entry'));
  const entries = Number(arrow.metadata.get('entries'));
  if (file === undefined || !isCount(firstEntry) || !isCount(entries))
    throw corrupt(name, 'does not name its source');
  const rows = arrow.numRows;
  const columns = arrow.schema.fields.map((field, i) =>
    toColumn(field.name, field.nullable, arrow.data.children[i]!, rows, name),
  );
  return { schema: { id, version, metadata }, source: { file, firstEntry, entries }, rows, columns };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function toColumn(column: string, nullable: boolean, data: Data, rows: number, name: string): BatchColumn {
  const { type } = data;
  if (DataType.isDictionary(type)) {
    const codes = data.values as Uint8Array | Uint16Array | Int32Array;
    const words = data.dictionary as Vector | undefined;
    const dictionary = words === undefined ? [] : Array.from(words, String);
    return { kind: 'dictionary', name: column, codes: codes.subarray(0, rows), dictionary };
  }
  if (DataType.isList(type) && isNumberType(data.children[0]!.type)) {
    // Arrow may leave out the offsets of a batch without rows.
    const offsets = rows === 0 ? new Int32Array(1) : data.valueOffsets.subarray(0, rows + 1);
    return { kind: 'list', name: column, offsets, values: numbers(data.children[0]!) };
  }
  if (DataType.isFixedSizeList(type) && isNumberType(data.children[0]!.type)) {
    const values = numbers(data.children[0]!);
    return { kind: 'fixed', name: column, width: type.listSize, values };
  }
  if (isNumberType(type)) {
    const values = numbers(data);
    return nullable && isFloat(values)
      ? { kind: 'flat', name: column, data: values, nanIsNull: true }
      : { kind: 'flat', name: column, data: values };
  }
  throw corrupt(name, `has column "${column}" of the type ${type}, which no batch of ours has`);
}

/** The values without the padding to 8 bytes that Arrow keeps in view. */
function numbers(data: Data): NumberArray {
  return (data.values as NumberArray).subarray(0, data.length);
}
