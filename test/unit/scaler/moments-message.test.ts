import assert from 'node:assert/strict';
import test from 'node:test';
import type { FetchedMessage } from '../../../lib/kafka/client.js';
import { rowMoments } from '../../../lib/learning/moments.js';
import { momentsMessage, readMoments } from '../../../services/scaler/moments-message.js';
import { makeRows } from '../learning/fixtures.js';

const source = {
  sample: 'zee',
  kind: 'background',
  file: 'mc/zee.root',
  fingerprint: 'c0ffee'.repeat(10),
  first: 8192,
  entries: 8192,
} as const;
const moments = rowMoments(makeRows(1, 50, 12).rows);

function fetched(more: Partial<FetchedMessage> = {}, isEmpty = false): FetchedMessage {
  const { key, value, headers } = momentsMessage(source, isEmpty ? undefined : moments, [1, 2, 3, 4]);
  return { offset: 0, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)), ...more };
}

test('moments come back bit for bit, under the name that orders them', () => {
  const found = readMoments(fetched(), 12);
  assert.deepEqual(found.moments, moments);
  assert.equal(found.name, 'zee.c0ffeec0ffee.000000008192');
  assert.deepEqual(found.rowsBySplit, [1, 2, 3, 4]);
});

test('a block without training rows has none', () => {
  assert.equal(readMoments(fetched({}, true), 12).moments, undefined);
});

test('bytes of the message may lie anywhere in memory, and are not kept', () => {
  const { value } = fetched();
  const shifted = new Uint8Array(value!.length + 3).subarray(3);
  shifted.set(value!);
  const { bytes } = readMoments(fetched({ value: shifted }), 12);
  shifted.fill(0);
  assert.deepEqual(Buffer.from(bytes), Buffer.from(value!));
});

const changed = (name: string, to: string) => {
  const headers = new Map(fetched().headers);
  headers.set(name, to);
  return { headers };
};
const cut = fetched().value!.slice(0, -8);
for (const [what, more, code] of [
  ['another schema', changed('schema', 'x'), 'wire_schema_unknown'],
  ['another version', changed('version', '2'), 'wire_version_unknown'],
  ['no key', { key: null }, 'wire_message_invalid'],
  ['a key of files', { key: 'scaler/abc' }, 'wire_message_invalid'],
  ['no value', { value: null }, 'wire_message_invalid'],
  ['another checksum', changed('checksum', '7'), 'wire_checksum_wrong'],
  ['a checksum that is none', changed('checksum', 'x'), 'wire_header_invalid'],
  ['three splits', changed('rows_by_split', '[1,2,3]'), 'wire_header_invalid'],
  ['a negative split', changed('rows_by_split', '[1,2,3,-4]'), 'wire_header_invalid'],
  ['splits that are no JSON', changed('rows_by_split', '['), 'wire_header_invalid'],
  [
    'too few bytes',
    { value: cut, headers: new Map([...fetched().headers, ['checksum', String(crc(cut))]]) },
    'wire_message_invalid',
  ],
] as const) {
  test(`a message with ${what} is refused`, () => {
    assert.throws(() => readMoments(fetched(more), 12), { code });
  });
}

test('moments of other columns are refused: they cannot be merged', () => {
  assert.throws(() => readMoments(fetched(), 13), {
    code: 'wire_message_invalid',
    message: /12 columns, the run has 13/,
  });
});

function crc(bytes: Uint8Array): number {
  let value = ~0;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (0xedb88320 & -(value & 1));
  }
  return ~value >>> 0;
}
