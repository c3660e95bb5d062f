import { columnOf } from '../../lib/columnar/arrow/batch.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import type { SelectedRecord } from '../featurizer/block-record.js';
import type { ObjectFields } from '../ingest/raw-events.js';
import type { CompactEvents } from '../selector/compact-events.js';
import { eventColumns, factorsOf, fromEventColumns, toEventColumns } from './events.js';
import { type IncomingMessage, openMessage, sealMessage, type WireMessage, wireError } from './message.js';
import {
  type Factors,
  factorsMetadata,
  factorsToText,
  fieldSchemas,
  fromGroup,
  jetFields,
  leptonFields,
  missingField,
  toGroup,
} from './object-fields.js';
import { recordHeader, recordToHeader, selectedRecord } from './record-header.js';
import type { ColumnSchema, TopicSchema } from './topic-schema.js';

const classField = (description: string): ColumnSchema => ({
  name: 'class',
  kind: 'flat',
  types: ['uint8'],
  description,
});

export const selectedSchema: TopicSchema = {
  topic: 'selected',
  id: 'rmmstream.selected',
  version: 1,
  description:
    'Events of one block that the selector has passed, with their good leptons and selected jets by falling pT and only the columns that the featurizer reads: numbers are in type and unit of the input file.',
  headers: recordHeader,
  metadata: factorsMetadata,
  columns: [
    {
      name: 'index',
      kind: 'flat',
      types: ['int32'],
      description: 'Place of the event in its block, rising.',
    },
    ...eventColumns,
    {
      name: 'leptons',
      kind: 'group',
      fields: [...fieldSchemas(leptonFields), classField('1 electron, 2 muon.')],
      description: 'Good leptons, hardest first.',
    },
    {
      name: 'jets',
      kind: 'group',
      fields: [...fieldSchemas(jetFields), classField('1 light, 2 b, 3 neither.')],
      description: 'Selected jets, hardest first.',
    },
  ],
};

/** What the selector makes of a block. */
export interface SelectedWire {
  readonly source: BlockSource;
  readonly record: SelectedRecord;
  readonly compact: CompactEvents;
}

export function encodeSelected({ source, record, compact }: SelectedWire): WireMessage {
  const { events, index, leptonClass, jetClass } = compact;
  const { count } = events;
  const factors: Factors = new Map();
  const columns = [
    { kind: 'flat', name: 'index', data: index } as const,
    ...toEventColumns(events, factors),
    toGroup('leptons', events.leptons, count, leptonFields, factors, [
      { name: 'class', values: leptonClass },
    ]),
    toGroup('jets', events.jets, count, jetFields, factors, [{ name: 'class', values: jetClass }]),
  ];
  const content = { rows: count, metadata: { factors: factorsToText(factors) }, columns };
  return sealMessage(selectedSchema, source, content, recordToHeader(record));
}

/**
 * Columns look into the message's bytes.
 * @param expected what the featurizer reads
 * @throws the codes of wireReasons
 */
export function decodeSelected(message: IncomingMessage, expected: ObjectFields): SelectedWire {
  const { source, batch } = openMessage(selectedSchema, message);
  const record = selectedRecord(message.headers, source, batch.rows);
  const factors = factorsOf(batch, message);
  const leptons = columnOf(batch, 'leptons', 'group');
  const jets = columnOf(batch, 'jets', 'group');
  const index = columnOf(batch, 'index', 'flat').data as Int32Array;
  const groups = {
    leptons: fromGroup(leptons, leptonFields, factors),
    jets: fromGroup(jets, jetFields, factors),
  };
  const problem = risesBelow(index, source.entries)
    ? missingField(groups, expected)
    : `its places do not rise from 0 to ${source.entries}`;
  if (problem !== undefined) throw wireError('wire_message_invalid', problem, { key: message.key ?? '' });
  return {
    source,
    record,
    compact: {
      events: {
        ...fromEventColumns(batch, factors),
        triggers: {},
        ...groups,
      },
      index,
      leptonClass: leptons.fields.find(({ name }) => name === 'class')!.values as Uint8Array,
      jetClass: jets.fields.find(({ name }) => name === 'class')!.values as Uint8Array,
    },
  };
}

function risesBelow(index: Int32Array, entries: number): boolean {
  let previous = -1;
  for (let row = 0; row < index.length; row++) {
    if (index[row]! <= previous) return false;
    previous = index[row]!;
  }
  return previous < entries;
}
