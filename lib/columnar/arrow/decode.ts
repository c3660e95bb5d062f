import { crc32 } from 'node:zlib';
import { RmmError } from '../../base/error.js';
import { type Batch, type BatchColumn, batchProblem } from './batch.js';
import { closingLength, corrupt, decodeIndex, type IndexedBatch, indexLength } from './batch-index.js';
import { FlatProblem } from './flat-table.js';
import { type IpcMessage, type IpcSchema, messageAt, messageKind, schemaOf } from './ipc.js';
import { readColumn, readTexts } from './read-column.js';
import { RecordReader } from './record-reader.js';

/** What the reader expects; a batch of anything else is refused. */
export interface ExpectedSchema {
  readonly id: string;
  readonly version: number;
  /**
   * What makes a batch of an older version, by its number, one of the next. The reader takes versions from
   * which these lead to `version`; nothing behind it ever sees an older one.
   */
  readonly upgrades?: Readonly<Record<number, (batch: Batch) => Batch>>;
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
    // The columns look into the bytes, and may only where the stream begins at a multiple of 8.
    batch = readBatch(stream.byteOffset % 8 === 0 ? stream : new Uint8Array(stream), expected, name);
  } catch (error) {
    if (error instanceof FlatProblem) throw corrupt(name, `cannot be read as Arrow: ${error.message}`);
    throw error;
  }
  const problem = batchProblem(batch.rows, batch.columns);
  if (problem !== undefined) throw corrupt(name, `contradicts itself: ${problem}`);
  if (batch.rows !== entry.rows)
    throw corrupt(name, `holds ${batch.rows} rows where its index says ${entry.rows}`);
  return batch;
}

function readBatch(stream: Uint8Array, expected: ExpectedSchema, name: string): Batch {
  const first = messageAt(stream, 0);
  if (first.kind !== messageKind.schema) throw new FlatProblem('it does not begin with a schema');
  const schema = schemaOf(first.header);
  const version = checkSchema(schema, expected, name);
  const dictionaries = new Map<number, readonly string[]>();
  let message = messageAt(stream, first.end);
  for (; message.kind === messageKind.dictionary; message = messageAt(stream, message.end)) {
    const data = message.header.table(1);
    if (data === undefined) throw new FlatProblem('a dictionary holds nothing');
    dictionaries.set(message.header.count(0), readTexts(new RecordReader(data, message.body)));
  }
  if (message.kind !== messageKind.batch) throw new FlatProblem('it holds no record batch');
  const record = new RecordReader(message.header, message.body);
  const columns = schema.fields.map((field): BatchColumn => readColumn(field, record, dictionaries));
  record.end();
  const batch = {
    schema: { id: expected.id, version, metadata: ownFacts(schema.metadata) },
    source: sourceOf(message, name),
    rows: record.rows,
    columns,
  };
  return upgradeBatch(batch, expected);
}

/** A batch of a version that the reader takes as one of the newest. */
export function upgradeBatch(batch: Batch, expected: ExpectedSchema): Batch {
  let current = batch;
  for (let version = batch.schema.version; version < expected.version; version++) {
    const next = expected.upgrades![version]!(current);
    current = { ...next, schema: { ...next.schema, version: version + 1 } };
  }
  return current;
}

/** Whether a reader takes batches of that version. */
export function readsVersion(expected: ExpectedSchema, version: number): boolean {
  if (!Number.isInteger(version) || version < 1 || version > expected.version) return false;
  for (let next = version; next < expected.version; next++)
    if (expected.upgrades?.[next] === undefined) return false;
  return true;
}

/** The version of the schema. */
function checkSchema({ metadata }: IpcSchema, expected: ExpectedSchema, name: string): number {
  const id = metadata.get('schema') ?? 'none';
  const version = Number(metadata.get('version'));
  if (id === expected.id && readsVersion(expected, version)) return version;
  throw new RmmError(
    'arrow_schema_mismatch',
    `batch ${name} has schema ${id} version ${version} where ${expected.id} version ${expected.version} is expected`,
    { context: { source: name } },
  );
}

function sourceOf({ metadata }: IpcMessage, name: string): Batch['source'] {
  const file = metadata.get('file');
  const firstEntry = Number(metadata.get('first_entry'));
  const entries = Number(metadata.get('entries'));
  if (file === undefined || !isCount(firstEntry) || !isCount(entries))
    throw corrupt(name, 'does not name its source');
  const facts = ownFacts(metadata);
  return { file, firstEntry, entries, ...(Object.keys(facts).length > 0 ? { facts } : {}) };
}

/** What stands under names that begin with x-; a foreign name never reaches a prototype. */
function ownFacts(metadata: ReadonlyMap<string, string>): Record<string, string> {
  const own = [...metadata].filter(([key]) => key.startsWith('x-'));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(2), value]));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
