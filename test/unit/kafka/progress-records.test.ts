import assert from 'node:assert/strict';
import test from 'node:test';
import type { FetchedMessage, OutgoingMessage } from '../../../lib/kafka/client.js';
import {
  type ProgressRecord,
  progressMessage,
  readProgress,
} from '../../../services/kafka/progress-records.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

function fetched(
  { key, value, headers }: OutgoingMessage,
  more: Partial<FetchedMessage> = {},
): FetchedMessage {
  return { offset: 7, timestampMs: 0, key, value, headers: new Map(Object.entries(headers)), ...more };
}

const records: readonly ProgressRecord[] = [
  runRecord(kafkaConfig()),
  fileRecord(0, 100, {
    weights: {
      entries: 100,
      productions: [{ channel: 1, crossSectionPb: 2.5, sumOfWeights: 1e9 }],
      medianPerPb: 1e-3,
      corruptRows: 0,
    },
  }),
  { type: 'planned', files: 1, blocks: 1 },
  { type: 'end', of: 'feature-files', partition: 3, offset: 9, messages: 4, input: 8 },
  { type: 'scaler', id: 'abc', rows_by_split: [1, 2, 3, 4], from: 12, frozen_ms: 2.5 },
  { type: 'generation', number: 0, to: [1, 2], rows: 3, channels: [[361_106, 3]] },
  { type: 'model', id: 'm', scaler: 's', generation: 0, final: true, published_ms: 1.5, from: 3 },
  { type: 'applies', model: 'm', partition: 0, offset: 0 },
  { type: 'scoring', partition: 0, to: 64 },
  { type: 'finished', ends: [1, 2] },
  { type: 'failed', service: 'scaler', code: 'internal', message: 'x'.repeat(10_000) },
];

for (const record of records) {
  test(`a record of type ${record.type} comes back as it was`, () => {
    assert.deepEqual(readProgress(fetched(progressMessage(record))), record);
  });
}

test('a record that nobody could read is not written', () => {
  const endless = fileRecord(3, 100, { median_weight: Number.POSITIVE_INFINITY });
  assert.throws(() => progressMessage(endless), {
    code: 'internal_invariant',
    message: /"index":3.* cannot be written: \/median_weight Expected number/,
  });
});

test('a field that this version does not know is let through', () => {
  const message = progressMessage(Object.assign({}, records[2]!, { news: 1 }));
  assert.equal((readProgress(fetched(message)) as unknown as { news: number }).news, 1);
});

const good = fetched(progressMessage(records[2]!));
const value = (text: string) => ({ value: Buffer.from(text) });
const header = (name: string, to: string | undefined) => {
  const headers = new Map(good.headers);
  if (to === undefined) headers.delete(name);
  else headers.set(name, to);
  return { headers };
};
for (const [what, change, code, words] of [
  ['without a schema', header('schema', undefined), 'wire_schema_unknown', /offset 7 has the schema none/],
  ['of another schema', header('schema', 'mine'), 'wire_schema_unknown', /mine, expected rmmstream.progress/],
  ['of another version', header('version', '2'), 'wire_version_unknown', /has version 2 .* reads version 1/],
  ['without a version', header('version', undefined), 'wire_version_unknown', /version none/],
  ['that is no JSON', value('{'), 'wire_message_invalid', /is not JSON/],
  ['without a value', { value: null }, 'wire_message_invalid', /is not JSON/],
  ['that is null', value('null'), 'wire_message_invalid', /unknown type undefined/],
  ['of an unknown type', value('{"type":"x"}'), 'wire_message_invalid', /unknown type "x"/],
  ['of a type from the prototype', value('{"type":"toString"}'), 'wire_message_invalid', /unknown type/],
  [
    'with a negative count',
    value('{"type":"planned","files":-1,"blocks":0}'),
    'wire_message_invalid',
    /\/files/,
  ],
  ['without a field', value('{"type":"planned","files":1}'), 'wire_message_invalid', /\/blocks/],
  [
    'of a partition that no topic has',
    value('{"type":"applies","model":"m","partition":4096,"offset":0}'),
    'wire_message_invalid',
    /\/partition/,
  ],
] as const) {
  test(`a record ${what} is refused`, () => {
    assert.throws(() => readProgress({ ...good, ...change }), { code, message: words });
  });
}
