import { type Batch, type BatchColumn, columnOf } from '../../lib/columnar/arrow/batch.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { EventFields } from '../ingest/needed.js';
import type { RawEvents } from '../ingest/raw-events.js';
import { headerInvalid, numberHeader } from './headers.js';
import { type IncomingMessage, openMessage, sealMessage, type WireMessage, wireError } from './message.js';
import {
  type Factors,
  factorsFromText,
  factorsMetadata,
  factorsToText,
  fieldSchemas,
  fromGroup,
  jetFields,
  leptonFields,
  missingField,
  toGroup,
} from './object-fields.js';
import { type ColumnSchema, realTypes, type TopicSchema } from './topic-schema.js';

/** Columns that events and selected share: identity, weight, missing momentum. */
export const eventColumns: readonly ColumnSchema[] = [
  { name: 'run_number', kind: 'flat', types: ['int32'], description: 'Run number.' },
  { name: 'event_number', kind: 'flat', types: ['int64'], description: 'Event number.' },
  {
    name: 'key_event',
    kind: 'flat',
    types: ['int64'],
    optional: true,
    description:
      'Number that stands for the event in its split key, in amplified files; else the event number does.',
  },
  { name: 'channel', kind: 'flat', types: ['int32'], description: 'Dataset number (DSID), 0 in data.' },
  {
    name: 'weight',
    kind: 'flat',
    types: ['float64'],
    description: 'What the event counts with, cross section and luminosity in it; 1 for data.',
  },
  { name: 'met', kind: 'flat', types: realTypes, description: 'Missing transverse momentum.' },
  { name: 'met_phi', kind: 'flat', types: realTypes, description: 'Its azimuth, radians.' },
];

export const eventsSchema: TopicSchema = {
  topic: 'events',
  id: 'rmmstream.events',
  version: 1,
  description:
    'Events of one block of entries as ingest reads them, every one of them: numbers are in type and unit of the input file.',
  headers: { median_weight: "Median of abs(weight) over the file's entries; 0 for data." },
  metadata: factorsMetadata,
  columns: [
    ...eventColumns,
    {
      name: 'trigger.*',
      kind: 'boolean',
      optional: true,
      description:
        'Whether the trigger has fired, by its name in the input profile, for each that the selection asks for.',
    },
    {
      name: 'leptons',
      kind: 'group',
      fields: fieldSchemas(leptonFields),
      description: 'Leptons as the file lists them.',
    },
    {
      name: 'jets',
      kind: 'group',
      fields: fieldSchemas(jetFields),
      description: 'Jets as the file lists them.',
    },
  ],
};

/** What ingest makes of a block. */
export interface EventsBlock {
  readonly source: BlockSource;
  /** Median of abs(weight) over the file's entries; 0 for data. */
  readonly medianWeight: number;
  readonly events: RawEvents;
}

export function encodeEvents({ source, medianWeight, events }: EventsBlock): WireMessage {
  const { count } = events;
  const factors: Factors = new Map();
  const columns: BatchColumn[] = [
    ...toEventColumns(events, factors),
    ...Object.entries(events.triggers).map(
      ([name, data]): BatchColumn => ({ kind: 'boolean', name: `trigger.${name}`, data }),
    ),
    toGroup('leptons', events.leptons, count, leptonFields, factors),
    toGroup('jets', events.jets, count, jetFields, factors),
  ];
  const content = { rows: count, metadata: { factors: factorsToText(factors) }, columns };
  return sealMessage(eventsSchema, source, content, { median_weight: String(medianWeight) });
}

/**
 * Columns look into the message's bytes.
 * @param expected what the configuration needs
 * @throws the codes of wireReasons
 */
export function decodeEvents(message: IncomingMessage, expected: EventFields): EventsBlock {
  const { source, batch } = openMessage(eventsSchema, message);
  const medianWeight = numberHeader(message.headers, 'median_weight');
  if (medianWeight < 0) throw headerInvalid('median_weight', String(medianWeight), 'no negative number');
  if (batch.rows !== source.entries) {
    throw wireError('wire_source_contradicts', `it holds ${batch.rows} of ${source.entries} entries`, {
      key: message.key ?? '',
    });
  }
  const factors = factorsOf(batch, message);
  const triggers: Record<string, Uint8Array> = Object.create(null);
  for (const column of batch.columns)
    if (column.kind === 'boolean') triggers[column.name.slice('trigger.'.length)] = column.data;
  const groups = {
    leptons: fromGroup(columnOf(batch, 'leptons', 'group'), leptonFields, factors),
    jets: fromGroup(columnOf(batch, 'jets', 'group'), jetFields, factors),
  };
  const trigger = expected.triggers.find((name) => triggers[name] === undefined);
  const missing =
    trigger === undefined
      ? missingField(groups, expected)
      : `it lacks the trigger ${trigger}, which the configuration needs`;
  if (missing !== undefined) throw wireError('wire_message_invalid', missing, { key: message.key ?? '' });
  return { source, medianWeight, events: { ...fromEventColumns(batch, factors), triggers, ...groups } };
}

/** The columns of eventColumns. */
export function toEventColumns(events: RawEvents, factors: Factors): BatchColumn[] {
  const { count, run, event, keyEvent, channel, weight, met, metPhi } = events;
  const flat = (name: string, data: Extract<BatchColumn, { kind: 'flat' }>['data']): BatchColumn => ({
    kind: 'flat',
    name,
    data: data.subarray(0, count),
  });
  for (const [name, { factor }] of [
    ['met', met],
    ['met_phi', metPhi],
  ] as const)
    if (factor !== 1) factors.set(name, factor);
  return [
    flat('run_number', run),
    flat('event_number', event),
    ...(keyEvent === event ? [] : [flat('key_event', keyEvent)]),
    flat('channel', channel),
    flat('weight', weight),
    flat('met', met.values),
    flat('met_phi', metPhi.values),
  ];
}

/** What `toEventColumns` made columns of. */
export function fromEventColumns(
  batch: Batch,
  factors: ReadonlyMap<string, number>,
): Omit<RawEvents, 'leptons' | 'jets' | 'triggers'> {
  const flat = (name: string) => columnOf(batch, name, 'flat').data;
  const event = flat('event_number') as BigInt64Array;
  const isAmplified = batch.columns.some(({ name }) => name === 'key_event');
  return {
    count: batch.rows,
    run: flat('run_number') as Int32Array,
    event,
    keyEvent: isAmplified ? (flat('key_event') as BigInt64Array) : event,
    channel: flat('channel') as Int32Array,
    weight: flat('weight') as Float64Array,
    met: { values: flat('met'), factor: factors.get('met') ?? 1 },
    metPhi: { values: flat('met_phi'), factor: factors.get('met_phi') ?? 1 },
  };
}

/** @throws wire_message_invalid */
export function factorsOf(batch: Batch, { key }: IncomingMessage): Factors {
  const factors = factorsFromText(batch.schema.metadata.factors);
  if (typeof factors === 'string') throw wireError('wire_message_invalid', factors, { key: key ?? '' });
  return factors;
}
