import assert from 'node:assert/strict';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import type { Batch } from '../../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../../lib/columnar/arrow/encode.js';
import { decodeEvents, eventsSchema } from '../../../services/wire/events.js';
import { decodeFeatures, featuresSchema } from '../../../services/wire/features.js';
import type { IncomingMessage } from '../../../services/wire/message.js';
import { decodeScaled, scaledSchema } from '../../../services/wire/scaled.js';
import { decodeSelected, selectedSchema } from '../../../services/wire/selected.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';

const { chain, messages } = chainMessages({ count: 60 });
const { expected, read, fields } = chain;
type Topic = keyof typeof messages;

const decode: Readonly<Record<Topic, (message: IncomingMessage) => unknown>> = {
  events: (message) => decodeEvents(message, read),
  selected: (message) => decodeSelected(message, fields),
  features: (message) => decodeFeatures(message, expected),
  scaled: (message) => decodeScaled(message, expected),
};
const schemas = {
  events: eventsSchema,
  selected: selectedSchema,
  features: featuresSchema,
  scaled: scaledSchema,
};

function refused(topic: Topic, change: Partial<IncomingMessage>, code: string, message: RegExp): void {
  assert.throws(() => decode[topic]({ ...received(messages[topic]), ...change }), { code, message });
}

/** The headers of a message with some changed; undefined takes one away. */
function headersOf(topic: Topic, change: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const headers = new Map(Object.entries(messages[topic].headers));
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  return headers;
}

/** The message with another batch in it, soundly sealed. */
function rewritten(
  topic: Topic,
  change: (batch: Batch) => Batch,
  headers: Readonly<Record<string, string>> = {},
): Partial<IncomingMessage> {
  const { id, version } = schemas[topic];
  const value = encodeBatch(change(decodeBatch(messages[topic].value, { id, version })));
  const checksum = crc32(value).toString(16).padStart(8, '0');
  return { value, headers: headersOf(topic, { ...headers, checksum }) };
}

/** The batch with a number of a flat column or of a list changed. */
function withNumber(batch: Batch, name: string, row: number, value: number | bigint): Batch {
  const columns = batch.columns.map((column) => {
    if (column.name === name && column.kind === 'list') {
      const values = column.values.slice();
      values[column.offsets[row]!] = value;
      return { ...column, values } as typeof column;
    }
    if (column.name !== name || !('data' in column)) return column;
    const data = column.data.slice();
    data[row] = value;
    return { ...column, data } as typeof column;
  });
  return { ...batch, columns };
}

test('every topic reads its own messages, wherever they lie in memory', () => {
  for (const topic of Object.keys(messages) as Topic[])
    for (let shift = 0; shift < 9; shift += 1) assert.ok(decode[topic](received(messages[topic], shift)));
});

test('another schema or version is named, before anything else is looked at', () => {
  for (const topic of Object.keys(messages) as Topic[]) {
    const { version } = schemas[topic];
    refused(
      topic,
      { value: null, headers: headersOf(topic, { schema: 'x' }) },
      'wire_schema_unknown',
      /schema is x, not/,
    );
    for (const other of ['0', String(version + 1)]) {
      const headers = headersOf(topic, { version: other });
      refused(
        topic,
        { headers },
        'wire_version_unknown',
        new RegExp(`version ${other} of .* writes ${version}`),
      );
    }
  }
  // Read all the same, the bytes say that they are of another version than the header.
  refused(
    'features',
    { headers: headersOf('features', { version: '1' }) },
    'wire_source_contradicts',
    /version 2 where .* version 1/,
  );
});

test('headers that are missing or make no sense are named', () => {
  const invalid = (change: Record<string, string | undefined>, message: RegExp) =>
    refused('selected', { headers: headersOf('selected', change) }, 'wire_header_invalid', message);
  for (const name of [
    'schema',
    'version',
    'sample',
    'kind',
    'file',
    'fingerprint',
    'first',
    'entries',
    'checksum',
    'record',
  ])
    invalid({ [name]: undefined }, new RegExp(`header ${name} is missing`));
  invalid({ kind: 'noise' }, /header kind is "noise"; expected background/);
  invalid({ first: '-1' }, /header first is "-1"; expected a whole number/);
  invalid({ entries: '9007199254740993' }, /header entries/);
  // Stages have room for one block.
  invalid({ entries: '8193' }, /header entries is "8193"; expected at most 8192, where the block ends/);
  invalid({ first: '8191', entries: '2' }, /header entries is "2"; expected at most 1/);
  invalid({ late: 'yes' }, /header late is "yes"; expected true/);
  invalid(
    { late: 'true', late_counted_as: 'selected' },
    /late_counted_as is "selected"; expected weight_not_finite/,
  );
  invalid({ late_counted_as: 'weight_absurd' }, /header late is missing/);
  invalid({ record: 'null' }, /header record .* an object/);
  invalid({ record: '{"rows":-1}' }, /expected counts/);
  invalid({ record: '{"rows":1,"raw":[1],"high":[],"low":[]}' }, /lists of 8 numbers/);
  const nested = '['.repeat(100_000) + ']'.repeat(100_000);
  invalid({ record: `{"rows":${nested}}` }, /record is "a list of 1"; expected counts/);
  invalid({ record: `{"rows":1,"raw":${nested}}` }, /"a list of 1"; expected lists of 8 numbers/);
  const median = (value: string) =>
    refused(
      'events',
      { headers: headersOf('events', { median_weight: value }) },
      'wire_header_invalid',
      /median_weight/,
    );
  for (const value of ['Infinity', '-1', '', '0x10', '1 2']) median(value);
});

test('a wrong checksum, no value and garbage are told apart', () => {
  const value = received(messages.scaled).value!.slice();
  value[1000]! ^= 4;
  refused('scaled', { value }, 'wire_checksum_wrong', /its checksum is [0-9a-f]{8}, its header says/);
  refused('scaled', { value: null }, 'wire_message_invalid', /has no value/);
  const garbage = new TextEncoder().encode('{"not":"arrow"}');
  const checksum = crc32(garbage).toString(16).padStart(8, '0');
  refused(
    'scaled',
    { value: garbage, headers: headersOf('scaled', { checksum }) },
    'wire_message_invalid',
    /RMMIDX01|bytes long/,
  );
});

test('key, headers and content have to agree', () => {
  const contradicts = (topic: Topic, change: Partial<IncomingMessage>, message: RegExp) =>
    refused(topic, change, 'wire_source_contradicts', message);
  contradicts('events', { key: 'c0ffee:1' }, /its key is c0ffee:1, not c0ffee:/);
  contradicts('events', { key: null }, /its key is missing/);
  for (const name of ['sample', 'file', 'kind'])
    contradicts(
      'features',
      { headers: headersOf('features', { [name]: name === 'kind' ? 'signal' : 'other' }) },
      new RegExp(`header ${name} is`),
    );
  contradicts(
    'events',
    { headers: headersOf('events', { entries: '59' }) },
    /header entries is 59 .* says 60/,
  );
  const rows = (batch: Batch): Batch => ({ ...batch, source: { ...batch.source, entries: 59 } });
  contradicts('events', rewritten('events', rows, { entries: '59' }), /holds 60 of 59 entries/);
  contradicts('scaled', { headers: headersOf('scaled', { scaler: 'other' }) }, /header scaler is other/);
  const record = JSON.parse(messages.features.headers.record!);
  const says = (change: object) => ({
    headers: headersOf('features', { record: JSON.stringify({ ...record, ...change }) }),
  });
  contradicts('features', says({ rows: record.rows + 1 }), /counts \d+ rows, its content/);
  contradicts(
    'features',
    says({ raw: record.raw.map((events: number) => events + 1) }),
    /cut flow counts \d+ entries where 60/,
  );
  contradicts('features', says({ rows_by_split: [0, 0, 0, record.rows] }), /rows by split/);
});

test('columns that a version does not have, or has otherwise, are refused', () => {
  const invalid = (topic: Topic, change: (batch: Batch) => Batch, message: RegExp) =>
    refused(topic, rewritten(topic, change), 'wire_message_invalid', message);
  const without = (name: string) => (batch: Batch) => ({
    ...batch,
    columns: batch.columns.filter((column) => column.name !== name),
  });
  for (const topic of Object.keys(messages) as Topic[])
    for (const { name, optional } of schemas[topic].columns)
      if (optional !== true) invalid(topic, without(name), new RegExp(`lacks the column "${name}"`));
  invalid('features', without('mask'), /lacks the fixed column "mask"/);
  invalid(
    'scaled',
    (batch) => ({
      ...batch,
      columns: [...batch.columns, { kind: 'flat', name: 'more', data: new Int8Array(batch.rows) }],
    }),
    /has a column "more"/,
  );
  const retyped = (name: string) => (batch: Batch) => ({
    ...batch,
    columns: batch.columns.map((column) =>
      column.name === name ? ({ kind: 'flat', name, data: new Int8Array(batch.rows) } as const) : column,
    ),
  });
  invalid('selected', retyped('weight'), /column "weight" is of int8, not of float64/);
  invalid('features', retyped('late'), /column "late" is flat, not boolean/);
  const field = (name: string) => (batch: Batch) => ({
    ...batch,
    columns: batch.columns.map((column) =>
      column.kind === 'group' && column.name === 'jets'
        ? { ...column, fields: column.fields.filter((one) => one.name !== name) }
        : column,
    ),
  });
  invalid('selected', field('pt'), /in its column "jets" it lacks the column "pt"/);
  invalid('events', field('btag'), /column "jets" lacks btag, which the configuration needs/);
  invalid(
    'events',
    (batch) => ({ ...batch, schema: { ...batch.schema, metadata: { factors: '{"met":-1}' } } }),
    /factor of met/,
  );
  invalid(
    'features',
    (batch) => ({
      ...batch,
      schema: { ...batch.schema, metadata: { ...batch.schema.metadata, layout: 'rmm/other' } },
    }),
    /layout rmm\/other/,
  );
});

test('a trigger that the selection asks for has to be there', () => {
  const message = received(messages.events);
  assert.ok(decodeEvents(message, { ...read, triggers: ['trig0'] }).events.triggers.trig0);
  assert.throws(() => decodeEvents(message, { ...read, triggers: ['trig0', 'trigM'] }), {
    code: 'wire_message_invalid',
    message: /lacks the trigger trigM/,
  });
});

test('rows that no stage writes are refused', () => {
  const invalid = (topic: Topic, name: string, value: number | bigint, message: RegExp, row = 1) =>
    refused(
      topic,
      rewritten(topic, (batch) => withNumber(batch, name, row, value)),
      'wire_message_invalid',
      message,
    );
  invalid('selected', 'index', 60, /places do not rise/);
  const { n_leptons } = decodeFeatures(received(messages.features), expected).columns;
  const twoLeptons = n_leptons.indexOf(2);
  assert.ok(twoLeptons >= 0);
  for (const topic of ['features', 'scaled'] as const) {
    invalid(topic, 'entry', 0n, /row 1 has the entry 0/);
    invalid(topic, 'split', 4, /unknown code/);
    invalid(topic, 'flcomp', 7, /unknown code/);
    invalid(topic, 'megaset', 10, /has the megaset 10 of 10/);
    invalid(topic, 'weight', Number.NaN, /has the weight NaN/);
    invalid(topic, 'late', 1, /marked late or not/);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      invalid(topic, 'values', value, /row 1 holds the value (NaN|Infinity)/);
      invalid(topic, 'met', value, /row 1 has met (NaN|Infinity)/);
      invalid(topic, 'met_phi', value, /met_phi (NaN|Infinity)/);
      invalid(topic, 'mll', value, /has mll (NaN|Infinity)/);
      invalid(topic, 'ht', value, /ht (NaN|Infinity)/);
    }
    for (const name of ['met', 'mll', 'ht']) invalid(topic, name, -1, new RegExp(`${name} -1`));
    invalid(topic, 'n_leptons', 1, /row 1 has 1 leptons/);
    invalid(topic, 'n_jets', -1, /and -1 jets/);
    // Two leptons have no mass of three, three have one.
    invalid(topic, 'n_leptons', 9, /with 9 leptons, mlll NaN/, twoLeptons);
    invalid(topic, 'mlll', 91, /with 2 leptons, mlll 91/, twoLeptons);
  }
  for (const name of ['around_squares', 'around_absolutes'])
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -1])
      invalid('scaled', name, value, new RegExp(`row 1 has the ${name} ${value}`));
  const masked =
    (mask: number) =>
    (batch: Batch): Batch => ({
      ...batch,
      columns: batch.columns.map((column) => {
        if (column.kind !== 'fixed') return column;
        const values = column.values.slice() as Uint32Array;
        values[2] = mask;
        return { ...column, values };
      }),
    });
  // Without met; with the second jet alone; with a slot that the layout does not have; with another number of objects.
  for (const mask of [2, 0b101, 0x80000001])
    refused(
      'features',
      rewritten('features', masked(mask)),
      'wire_message_invalid',
      /row 2 has a slot mask that no event has/,
    );
  refused(
    'features',
    rewritten('features', masked(1)),
    'wire_message_invalid',
    /row 2 holds \d+ values of 1/,
  );
  refused('scaled', rewritten('scaled', masked(1)), 'wire_message_invalid', /row 2 holds \d+ values of 1/);
});

test('a message that could not be unpacked is refused for that, whatever else it lacks', () => {
  for (const topic of Object.keys(decode) as Topic[]) {
    const nothing = { key: null, value: null, headers: new Map<string, string>() };
    refused(
      topic,
      { ...nothing, unreadable: 'packed by snappy' },
      'wire_batch_unreadable',
      /packed by snappy/,
    );
  }
});
