import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { afterEach } from 'node:test';
import { RmmError } from '../../lib/base/error.js';
import { decodeBatch } from '../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../lib/columnar/arrow/encode.js';
import { loadConfig } from '../../lib/config/index.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { parseMetrics } from '../../lib/telemetry/metrics-text.js';
import { letterMessage, readLetter, wholeLetter } from '../../services/kafka/letters.js';
import { readProgress } from '../../services/kafka/progress-records.js';
import { dataTopics } from '../../services/kafka/topics.js';
import { openMessage } from '../../services/wire/message.js';
import { saidRecord } from '../../services/wire/record-header.js';
import { topicSchemas } from '../../services/wire/schemas.js';
import { chainMessages } from '../support/chain-messages.js';
import { inFolder } from '../support/cli.js';
import { received } from '../support/message-chain.js';
import { topicsRead } from './topics-read.js';

const keys = ['__proto__', 'constructor', 'prototype'] as const;

afterEach(() => {
  // Whatever a key reached, it would show on every object.
  assert.deepEqual(Object.keys(Object.getPrototypeOf({})), []);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.equal(Object.prototype.constructor, Object);
});

function fetched(message: Partial<FetchedMessage>): FetchedMessage {
  return { offset: 0, timestampMs: 0, key: null, value: null, headers: new Map(), ...message };
}

test('configuration: refused in the file, in the environment and on the command line', () =>
  inFolder(async (folder) => {
    const common = { currentDirectory: '/', needs: 'none', resolveFiles: false } as const;
    for (const key of keys) {
      for (const more of [
        { environment: { [`RMMSTREAM__${key}__POLLUTED`]: '1' } },
        { environment: { [`RMMSTREAM__TRAINING__${key}`]: '{polluted: 1}' } },
        { environment: {}, overrides: [{ path: `${key}.polluted`, value: '1', flag: '--set' }] },
        { environment: {}, overrides: [{ path: `training.${key}.polluted`, value: '1', flag: '--set' }] },
        {
          environment: {},
          overrides: [{ path: 'training', value: `{${key}: {polluted: 1}}`, flag: '--set' }],
        },
      ])
        assert.throws(
          () => loadConfig({ ...common, ...more }),
          (error) => error instanceof RmmError && error.exit === 2,
          JSON.stringify(more),
        );
      const file = join(folder, 'analysis.yaml');
      for (const text of [`${key}: {polluted: 1}`, `training: {${key}: {polluted: 1}}`]) {
        writeFileSync(file, `${text}\n`);
        assert.throws(
          () => loadConfig({ ...common, file, environment: {} }),
          (error) => error instanceof RmmError && error.code === 'config_prototype_key',
          text,
        );
      }
    }
  }));

test('headers of messages: names like any other, in every reader and in the dead letter', () => {
  const { messages } = chainMessages();
  for (const topic of dataTopics) {
    const whole = received(messages[topic]);
    const schema = topicSchemas.find((found) => found.topic === topic)!;
    for (const key of keys) {
      const headers = new Map([...whole.headers, [key, '{"polluted": 1}']]);
      // Other headers than ours change nothing.
      assert.equal(openMessage(schema, { ...whole, headers }).batch.rows > 0, true);
      assert.throws(() => openMessage(schema, { ...whole, headers: new Map([[key, 'x']]) }), {
        code: 'wire_header_invalid',
      });
      const error = new RmmError('wire_message_invalid', 'x');
      const letter = wholeLetter(fetched({ ...whole, headers }), { topic, partition: 0 }, 's', error, 1e6);
      const message = letterMessage(letter);
      const read = readLetter(
        fetched({ value: message.value, headers: new Map(Object.entries(message.headers)) }),
      )!;
      assert.ok(Object.hasOwn(read.message!.headers, key));
      assert.equal(read.message!.headers[key], '{"polluted": 1}');
    }
  }
});

test('metadata of Arrow batches: facts like any other', () => {
  const facts = Object.fromEntries(keys.map((key) => [key, 'polluted']));
  const schema = { id: 'x', version: 1, metadata: facts };
  const source = { file: 'f', firstEntry: 0, entries: 1, facts };
  const columns = [{ kind: 'flat', name: '__proto__', data: Float32Array.of(1) } as const];
  const batch = decodeBatch(encodeBatch({ schema, source, rows: 1, columns }), { id: 'x', version: 1 });
  for (const found of [batch.source.facts!, batch.schema.metadata]) {
    assert.deepEqual(Object.keys(found).sort(), [...keys].sort());
    assert.equal(Object.getPrototypeOf(found), Object.prototype);
  }
});

test('JSON in messages: what is asked for by name is never inherited', () => {
  const parsed = (json: string) => () =>
    readProgress(
      fetched({
        value: Buffer.from(json),
        headers: new Map([
          ['schema', 'rmmstream.progress'],
          ['version', '1'],
        ]),
      }),
    );
  for (const json of [
    '{"__proto__": {"type": "planned", "files": 1, "blocks": 1}}',
    '{"type": "__proto__"}',
    '{"type": "constructor"}',
    '{"type": "planned", "__proto__": {"files": 1, "blocks": 1}}',
    '{"type": "planned", "files": {"__proto__": 1}, "blocks": 1}',
  ])
    assert.throws(parsed(json), { code: 'wire_message_invalid' }, json);
  const record = '{"__proto__": {"rows": 1, "raw": [], "high": [], "low": [], "unclassified_jets": 0}}';
  assert.throws(() => saidRecord(new Map([['record', record]])), { code: 'wire_header_invalid' });
  const letter =
    '{"__proto__": {"id": "a/0/0/0", "reason": "x", "topic": "a", "partition": 0, "offset": 0, "row": 0}}';
  const headers = new Map([
    ['schema', 'rmmstream.dead-letter'],
    ['version', '1'],
  ]);
  assert.equal(readLetter(fetched({ value: Buffer.from(letter), headers })), undefined);
});

test('files on compacted topics: keys and indexes with such names are no files', async () => {
  for (const key of keys) {
    const read = await topicsRead(
      key,
      `{"files": [{"name": "${key}", "bytes": 1, "sha256": "x"}], "__proto__": {"files": []}}`,
    );
    assert.match(read, /model_corrupt/);
  }
});

test('labels of metrics: names like any other', () => {
  const [sample] = parseMetrics('rmmstream_x{__proto__="polluted",constructor="c"} 1\n');
  assert.deepEqual(
    [...sample!.labels],
    [
      ['__proto__', 'polluted'],
      ['constructor', 'c'],
    ],
  );
});
