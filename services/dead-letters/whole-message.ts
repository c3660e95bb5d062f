import { RmmError } from '../../lib/base/error.js';
import type { Batch } from '../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../lib/columnar/arrow/decode.js';
import type { BlockSource, SourceKind } from '../../lib/flow/block-source.js';
import { inputOffsetHeader, positionHeader } from '../../lib/flow/partitions/hop-position.js';
import type { EventFields } from '../ingest/needed.js';
import type { ObjectFields } from '../ingest/raw-events.js';
import type { Letter } from '../kafka/letters.js';
import type { DataTopic } from '../kafka/topics.js';
import { decodeEvents, eventsSchema } from '../wire/events.js';
import { decodeFeatures, encodeFeatures, featuresSchema, type RowExpectation } from '../wire/features.js';
import { sourceHeaders } from '../wire/headers.js';
import { checksumOf, type IncomingMessage, type WireMessage } from '../wire/message.js';
import { decodeScaled, encodeScaled, scaledSchema } from '../wire/scaled.js';
import { decodeSelected, selectedSchema } from '../wire/selected.js';
import type { TopicSchema } from '../wire/topic-schema.js';
import { lateRows } from './late-rows.js';
import type { PlannedBlocks } from './subject.js';

/** What stages expect of the messages of a run. */
export interface Expectations {
  readonly events: EventFields;
  readonly selected: ObjectFields;
  readonly rows: RowExpectation;
}

const schemas: Readonly<Record<DataTopic, TopicSchema>> = {
  events: eventsSchema,
  selected: selectedSchema,
  features: featuresSchema,
  scaled: scaledSchema,
};

/** The message of a letter as it was, but for what only its place on the topic said. */
export function messageAsItWas({ message }: Letter, value: Uint8Array): WireMessage {
  const headers = { ...message!.headers };
  // They say how far the stage had come that wrote it: the last such message of a topic is where it would go on.
  delete headers[inputOffsetHeader];
  delete headers[positionHeader];
  return { key: message!.key ?? '', value, headers };
}

/**
 * A patched value with its headers made anew: what the batch says of itself, else what the letter says.
 * @throws letter_not_redrivable where neither says which block it is, or it is none of the run's
 */
export function messageOfValue(
  letter: Letter,
  topic: DataTopic,
  value: Uint8Array,
  planned: PlannedBlocks,
): WireMessage {
  const schema = schemas[topic];
  const found = batchOf(schema, value);
  const source = found === undefined ? letter.source : sourceOf(found.batch, letter.source);
  if (source === undefined)
    throw refused(
      letter,
      'neither its headers nor the patched bytes say which block it is; use --from-source',
    );
  const file = planned.blockOf(source) ?? planned.entryOf(source);
  if (file === undefined)
    throw refused(
      letter,
      `entries ${source.first} to ${source.first + source.entries} of ${source.file} are no block of this run`,
    );
  const before = letter.message!.headers;
  const facts: Record<string, string> = {};
  for (const name of Object.keys(schema.headers)) {
    const own = name === 'scaler' ? found?.batch.schema.metadata.scaler : undefined;
    const text = own ?? before[name] ?? (name === 'median_weight' ? String(file.median_weight) : undefined);
    if (text === undefined) throw refused(letter, `its header ${name} is lost; use --from-source`);
    facts[name] = text;
  }
  return {
    key: `${source.fingerprint}:${source.first}`,
    value,
    headers: {
      schema: found === undefined ? (before.schema ?? schema.id) : schema.id,
      version: found === undefined ? (before.version ?? String(schema.version)) : String(found.version),
      ...sourceHeaders(source),
      ...facts,
      checksum: checksumOf(value),
    },
  };
}

/** The batch in a value with the version it was written in; undefined where it is none of the schema. */
function batchOf(
  { id, version: newest }: TopicSchema,
  value: Uint8Array,
): { readonly batch: Batch; readonly version: number } | undefined {
  for (const version of [newest, newest - 1]) {
    try {
      return { batch: decodeBatch(value, { id, version }), version };
    } catch (error) {
      if (!(error instanceof RmmError)) throw error;
    }
  }
  return undefined;
}

function sourceOf({ source }: Batch, said: BlockSource | undefined): BlockSource | undefined {
  const { file, firstEntry: first, entries, facts } = source;
  const { sample, kind, fingerprint } = { ...said, ...facts };
  if (sample === undefined || kind === undefined || fingerprint === undefined) return undefined;
  return {
    sample,
    kind: kind as SourceKind,
    file,
    fingerprint,
    first,
    entries,
    ...(said?.late === undefined ? {} : { late: said.late }),
  };
}

/**
 * Marks a message late; rows that carry the mark themselves are written anew. One that no stage could read is left
 * as it is: it will be a dead letter again.
 */
export function markedLate(message: WireMessage, topic: DataTopic, expected: Expectations): WireMessage {
  if (message.headers.late !== undefined) return message;
  if (topic === 'events' || topic === 'selected')
    return { ...message, headers: { ...message.headers, late: 'true' } };
  try {
    const late = <Block extends { readonly source: BlockSource }>(block: Block): Block => ({
      ...block,
      source: { ...block.source, late: {} },
    });
    const incoming = received(message);
    return topic === 'features'
      ? encodeFeatures(late(lateRows(decodeFeatures(incoming, expected.rows))))
      : encodeScaled(late(lateRows(decodeScaled(incoming, expected.rows))));
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return message;
    throw error;
  }
}

/** What the stage that reads the topic will find wrong; undefined where it takes the message. */
export function faultOf(
  message: WireMessage,
  topic: DataTopic,
  expected: Expectations,
): RmmError | undefined {
  const incoming = received(message);
  try {
    if (topic === 'events') decodeEvents(incoming, expected.events);
    else if (topic === 'selected') decodeSelected(incoming, expected.selected);
    else if (topic === 'features') decodeFeatures(incoming, expected.rows);
    else decodeScaled(incoming, expected.rows);
    return undefined;
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return error;
    throw error;
  }
}

function received({ key, value, headers }: WireMessage): IncomingMessage {
  return { key, value, headers: new Map(Object.entries(headers)) };
}

function refused(letter: Letter, why: string): RmmError {
  return new RmmError('letter_not_redrivable', `${letter.id}: ${why}`, { context: { letter: letter.id } });
}
