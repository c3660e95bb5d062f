import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { BatchColumn, NumberArray } from '../../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../../lib/columnar/arrow/decode.js';
import { rmmLayout } from '../../../lib/physics/rmm/index.js';
import { decodeEvents } from '../../../services/wire/events.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import type { IncomingMessage, WireMessage } from '../../../services/wire/message.js';
import { decodeScaled } from '../../../services/wire/scaled.js';
import { decodeSelected } from '../../../services/wire/selected.js';
import { sampleLayout, sampleMessages } from './sample-blocks.js';

const folder = join(packageRoot, 'test', 'golden', 'wire');

interface Foreign {
  readonly schema: Record<string, string>;
  readonly batch: Record<string, string>;
  readonly types: Record<string, string>;
  readonly columns: Record<string, unknown[]>;
}

function stored(name: string): IncomingMessage {
  const { key, headers } = JSON.parse(
    readFileSync(join(folder, `${name}.headers.json`), 'utf8'),
  ) as WireMessage;
  return {
    key,
    value: readFileSync(join(folder, `${name}.arrow`)),
    headers: new Map(Object.entries(headers)),
  };
}

function pyarrow(name: string): Foreign {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Foreign;
}

const values = (data: NumberArray): unknown[] =>
  Array.from(data as ArrayLike<number | bigint>, (value) =>
    typeof value === 'bigint' ? String(value) : Number.isNaN(value) ? null : value,
  );

/** A column as pyarrow's to_pylist gives it. */
function plain(column: BatchColumn): unknown[] {
  const slices = (offsets: Int32Array, all: unknown[]) =>
    Array.from(offsets.subarray(1), (end, i) => all.slice(offsets[i], end));
  switch (column.kind) {
    case 'flat':
      return values(column.data);
    case 'boolean':
      return Array.from(column.data, (value) => value === 1);
    case 'list':
      return slices(column.offsets, values(column.values));
    case 'fixed':
      return Array.from({ length: column.values.length / column.width }, (_, i) =>
        values(column.values).slice(i * column.width, (i + 1) * column.width),
      );
    case 'group': {
      const count = column.fields[0]!.values.length;
      const objects = Array.from({ length: count }, (_, k) =>
        Object.fromEntries(column.fields.map(({ name, values: all }) => [name, all[k]])),
      );
      return slices(column.offsets, objects);
    }
    case 'dictionary':
      return Array.from(column.codes, (code) => column.dictionary[code]);
  }
}

const current = sampleMessages();

for (const [topic, message] of Object.entries(current)) {
  const { schema, version } = message.headers;
  const name = `${topic}-v${version}`;

  test(`${name}: the writer still gives the message that pyarrow has read`, () => {
    const { key, value, headers } = stored(name);
    assert.deepEqual(Buffer.from(message.value), value);
    assert.deepEqual([message.key, message.headers], [key, Object.fromEntries(headers)]);
  });

  test(`${name}: pyarrow and we read the same in it`, () => {
    const wanted = pyarrow(name);
    const batch = decodeBatch(message.value, { id: schema!, version: Number(version) });
    const { file, firstEntry, entries, facts } = batch.source;
    const prefixed = (from: Readonly<Record<string, string>>) =>
      Object.fromEntries(Object.entries(from).map(([key, value]) => [`x-${key}`, value]));
    assert.deepEqual(wanted.schema, { schema, version, ...prefixed(batch.schema.metadata) });
    assert.deepEqual(wanted.batch, {
      file,
      first_entry: String(firstEntry),
      entries: String(entries),
      ...prefixed(facts!),
    });
    const read = Object.fromEntries(batch.columns.map((column) => [column.name, plain(column)]));
    assert.deepEqual(read, wanted.columns);
  });

  test(`${name}: the description in schemas/topics has its columns, types, headers and metadata`, () => {
    const described = JSON.parse(
      readFileSync(join(packageRoot, 'schemas', 'topics', `${topic}.json`), 'utf8'),
    );
    const found = pyarrow(name);
    assert.deepEqual([described.schema, String(described.version)], [schema, version]);
    for (const header of Object.keys(message.headers)) assert.ok(header in described.headers, header);
    for (const fact of Object.keys(found.schema)) assert.ok(fact in described.schema_metadata, fact);
    for (const fact of Object.keys(found.batch)) assert.ok(fact in described.batch_metadata, fact);
    for (const [column, type] of Object.entries(found.types)) {
      const said = described.columns.find(({ name: pattern }: { name: string }) =>
        pattern.endsWith('*') ? column.startsWith(pattern.slice(0, -1)) : column === pattern,
      );
      assert.ok(said !== undefined, column);
      const types: Readonly<Record<string, RegExp>> = {
        'list<struct>': /^list<item: struct</,
        'list<float32>': /^list<item: float not null>$/,
        'fixed_size_list<uint32>': /^fixed_size_list<item: uint32 not null>\[1\]$/,
      };
      const names = { float: 'float32', double: 'float64' } as Readonly<Record<string, string>>;
      const expected = types[said.type];
      if (expected !== undefined) assert.match(type, expected, column);
      else
        assert.ok(said.type.split(' or ').includes(names[type] ?? type), `${column}: ${type}, ${said.type}`);
    }
    for (const { name: column, optional } of described.columns)
      if (optional !== true) assert.ok(column in found.types, column);
  });
}

test('stored messages of the newest versions are read, with the numbers in our units', () => {
  const expected = { layout: sampleLayout, megasets: 10 };
  const events = decodeEvents(stored('events-v1'), { leptons: ['type'], jets: ['pt'], triggers: ['trigE'] });
  assert.equal(events.medianWeight, 0.1 + 0.2);
  assert.equal(events.events.leptons.columns.get('energy')!.factor, 0.001);
  const selected = decodeSelected(stored('selected-v1'), { leptons: ['pt'], jets: ['energy'] });
  assert.deepEqual(selected.record.flow.weightLow, [-1.5e-17, 0, 2.25e-18, 0, 0, 0, 0, 0]);
  const features = decodeFeatures(stored('features-v2'), expected);
  const scaled = decodeScaled(stored('scaled-v1'), expected);
  assert.deepEqual(scaled.columns, features.columns);
  assert.deepEqual(scaled.record, { ...features.record });
  assert.equal(scaled.scaled.scaler, '0123456789abcdef');
});

test('a message of version 1 of features, which an older program wrote, is read as one of version 2', () => {
  const wanted = pyarrow('features-v1');
  assert.equal(wanted.schema.version, '1');
  const block = decodeFeatures(stored('features-v1'), { layout: rmmLayout(), megasets: 4 });
  assert.equal(block.source.sample, 'higgs_zz');
  assert.equal(block.record.rows, 40);
  const { features, columns } = block;
  assert.deepEqual([...columns.late], new Array(40).fill(0));
  assert.deepEqual(
    plain({ kind: 'list', name: 'values', offsets: features.offsets, values: features.values }),
    wanted.columns.values,
  );
  assert.deepEqual(
    [...features.masks].map((mask) => [mask]),
    wanted.columns.mask,
  );
  for (const [name, found] of Object.entries(columns)) {
    const fileName = ({ run: 'run_number', event: 'event_number' } as Record<string, string>)[name] ?? name;
    if (name !== 'late') assert.deepEqual(values(found as NumberArray), wanted.columns[fileName], name);
  }
});
