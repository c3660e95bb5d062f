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
  const { key, value, headers } = momentsMessage(
    source,
    isEmpty ? undefined : moments,
    isEmpty ? [0, 2, 3, 4] : [50, 2, 3, 4],
  );
  return { offset: 0, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)), ...more };
}

test('moments come back bit for bit, under the name that orders them', () => {
  const found = readMoments(fetched(), 12);
  assert.deepEqual(found.moments, moments);
  assert.equal(found.name, 'zee.c0ffeec0ffee.000000008192');
  assert.deepEqual(found.rowsBySplit, [50, 2, 3, 4]);
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
    message: /of 12 columns, expected 13/,
  });
});

test('columns are compared before room is made for them', () => {
  const value = new Uint8Array(24 + (1 << 20));
  const view = new DataView(value.buffer);
  view.setUint32(0, 0x314d4d52, true);
  view.setUint32(4, 1 << 23, true);
  const { arrayBuffers } = process.memoryUsage();
  const headers = changed('checksum', String(crc(value))).headers;
  assert.throws(() => readMoments(fetched({ value, headers }), 12), { message: /8388608 columns/ });
  assert.ok(process.memoryUsage().arrayBuffers - arrayBuffers < 64e6);
});

for (const [what, change, message] of [
  ['another number of rows than its header', { rows: 49 }, /of 49 rows, its header says 50/],
  ['a mean that is none', { mean: [Number.NaN] }, /not finite/],
  ['a weight that is not finite', { weight: Number.POSITIVE_INFINITY }, /not finite/],
  ['a negative count', { filled: [-1] }, /negative/],
  ['more filled rows than rows', { filled: [51] }, /no rows/],
] as const)
  test(`moments with ${what} are refused`, () => {
    const columns = Object.entries(change).map(([name, to]) => [
      name,
      typeof to === 'number' ? to : Float64Array.from(moments.mean, () => to[0]),
    ]);
    const wrong = { ...moments, ...Object.fromEntries(columns) };
    const { key, value, headers } = momentsMessage(source, wrong, [50, 2, 3, 4]);
    const sent = fetched({ key, value, headers: new Map(Object.entries(headers)) });
    assert.throws(() => readMoments(sent, 12), { code: 'wire_message_invalid', message });
  });

test('a message without moments has no training rows', () => {
  const { value, headers } = momentsMessage(source, undefined, [1, 0, 0, 0]);
  assert.throws(() => readMoments(fetched({ value, headers: new Map(Object.entries(headers)) }), 12), {
    message: /of 0 rows, its header says 1/,
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
