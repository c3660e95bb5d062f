import { crc32 } from 'node:zlib';
import type { ErrorCode } from '../../lib/base/codes/index.js';
import { type ErrorContext, RmmError } from '../../lib/base/error.js';
import type { Batch, BatchColumn } from '../../lib/columnar/arrow/batch.js';
import { decodeBatch, readsVersion, upgradeBatch } from '../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../lib/columnar/arrow/encode.js';
import { type BlockSource, blockKey } from '../../lib/flow/block-source.js';
import { batchSource } from '../featurizer/batch-source.js';
import {
  countHeader,
  type Headers,
  sourceFromHeaders,
  sourceHeaders,
  sourceProblem,
  textHeader,
} from './headers.js';
import { schemaProblem, type TopicSchema } from './topic-schema.js';

/** A message as it is sent: one block. */
export interface WireMessage {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as it was read, by somebody who need not be one of ours. */
export interface IncomingMessage {
  readonly key: string | null;
  readonly value: Uint8Array | null;
  readonly headers: Headers;
  /** Why it could not be unpacked; nothing else is known of it then. */
  readonly unreadable?: string;
}

/** What is wrong with a message; each code is the reason of a dead letter. */
export const wireReasons = [
  'wire_batch_unreadable',
  'wire_header_invalid',
  'wire_schema_unknown',
  'wire_version_unknown',
  'wire_checksum_wrong',
  'wire_message_invalid',
  'wire_source_contradicts',
] as const satisfies readonly ErrorCode[];

/** Makes the message of a block. `headers` are those of the topic alone. */
export function sealMessage(
  schema: TopicSchema,
  source: BlockSource,
  content: {
    readonly rows: number;
    readonly metadata: Readonly<Record<string, string>>;
    readonly columns: readonly BatchColumn[];
  },
  headers: Readonly<Record<string, string>>,
): WireMessage {
  const { id, version } = schema;
  const { rows, metadata, columns } = content;
  const value = encodeBatch({
    schema: { id, version, metadata },
    source: batchSource(source),
    rows,
    columns,
  });
  return {
    key: blockKey(source),
    value,
    headers: {
      schema: id,
      version: String(version),
      ...sourceHeaders(source),
      ...headers,
      checksum: checksumOf(value),
    },
  };
}

/** The source of a message and its batch, brought to the newest version. Columns look into the message's bytes. */
export interface OpenedMessage {
  readonly source: BlockSource;
  readonly batch: Batch;
}

/**
 * Checks a message from its outside to its inside. What is allocated is in proportion to its length.
 * @throws every code of wireReasons, and no other
 */
export function openMessage(schema: TopicSchema, message: IncomingMessage): OpenedMessage {
  refuseUnreadable(message);
  const { key, value, headers } = message;
  const id = textHeader(headers, 'schema');
  if (id !== schema.id)
    throw wireError('wire_schema_unknown', `its schema is ${id.slice(0, 60)}, not ${schema.id}`, {
      key: key ?? '',
    });
  const version = countHeader(headers, 'version');
  if (!readsVersion(schema, version))
    throw wireError(
      'wire_version_unknown',
      `it has version ${version} of ${id}; this program writes ${schema.version}`,
      {
        key: key ?? '',
      },
    );
  const source = sourceFromHeaders(headers);
  const context = { key: blockKey(source), schema: id, file: source.file };
  if (value === null) throw wireError('wire_message_invalid', 'it has no value', context);
  const checksum = textHeader(headers, 'checksum');
  if (checksum !== checksumOf(value))
    throw wireError(
      'wire_checksum_wrong',
      `its checksum is ${checksumOf(value)}, its header says ${checksum.slice(0, 60)}`,
      context,
    );
  const batch = upgradeBatch(decode(schema, version, value, context), schema);
  const contradiction = sourceProblem(key, source, batch.source);
  if (contradiction !== undefined) throw wireError('wire_source_contradicts', contradiction, context);
  const problem = schemaProblem(schema, batch.columns);
  if (problem !== undefined) throw wireError('wire_message_invalid', problem, context);
  return { source, batch };
}

/** @throws wire_batch_unreadable */
export function refuseUnreadable({ unreadable }: IncomingMessage): void {
  if (unreadable !== undefined) throw wireError('wire_batch_unreadable', unreadable, {});
}

function decode({ id }: TopicSchema, version: number, value: Uint8Array, context: ErrorContext): Batch {
  try {
    return decodeBatch(value, { id, version }, `of message ${context.key}`);
  } catch (cause) {
    if (!(cause instanceof RmmError)) throw cause;
    const code = cause.code === 'arrow_schema_mismatch' ? 'wire_source_contradicts' : 'wire_message_invalid';
    throw new RmmError(code, cause.message, { context, cause });
  }
}

export function checksumOf(value: Uint8Array): string {
  return crc32(value).toString(16).padStart(8, '0');
}

export function wireError(
  code: (typeof wireReasons)[number],
  problem: string,
  context: ErrorContext,
): RmmError {
  const where = context.key === undefined || context.key === '' ? 'a message' : `message ${context.key}`;
  return new RmmError(code, `${where} cannot be used: ${problem}`, { context });
}
