import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { fileObject, messageObject, messageText } from '../../../cli/tap-page.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { FetchedMessage } from '../../../lib/kafka/client.js';
import { progressMessage } from '../../../services/kafka/progress-records.js';
import { dataTopics, type TopicKind } from '../../../services/kafka/topics.js';
import { viewMessage } from '../../../services/tap/message-view.js';
import { fits, Sampling } from '../../../services/tap/sampling.js';
import { directoryTarget, kafkaTarget } from '../../../services/tap/tap-target.js';
import { decodeEvents } from '../../../services/wire/events.js';
import { decodeFeatures } from '../../../services/wire/features.js';
import { chainMessages } from '../../support/chain-messages.js';
import { received } from '../../support/message-chain.js';

const place = { topic: 'p.x', partition: 3 };

function fetched(message: Partial<FetchedMessage>): FetchedMessage {
  return { offset: 7, timestampMs: 0, key: null, value: null, headers: new Map(), ...message };
}

const view = (kind: TopicKind, message: Partial<FetchedMessage>, events = 2) =>
  viewMessage(kind, place, fetched(message), events);

test('blocks of every data topic are shown with the values that the stages read', () => {
  const { messages, chain } = chainMessages();
  for (const topic of dataTopics) {
    const { content } = view(topic, received(messages[topic]));
    assert.equal(content.kind, 'block');
    assert.ok(content.kind === 'block' && content.events.length === 2, topic);
  }
  const { features, columns } = decodeFeatures(received(messages.features), chain.expected);
  const { content } = view('features', received(messages.features));
  assert.ok(content.kind === 'block');
  assert.equal(content.rows, features.rows);
  for (const [row, event] of content.events.entries()) {
    assert.equal(String(event.event_number), String(columns.event[row]));
    assert.equal(event.weight, columns.weight[row]);
    assert.equal(event.met, Number(columns.met[row]!.toPrecision(7)));
    const [from, to] = [features.offsets[row]!, features.offsets[row + 1]!];
    assert.deepEqual(
      event.values,
      Array.from(features.values.subarray(from, to), (value) => Number(value.toPrecision(7))),
    );
  }
});

test('objects of events are lists by field', () => {
  const { messages, chain } = chainMessages();
  const { content } = view('events', received(messages.events));
  assert.ok(content.kind === 'block');
  const { leptons } = decodeEvents(received(messages.events), chain.read).events;
  const [from, to] = [leptons.offsets[0]!, leptons.offsets[1]!];
  assert.equal((content.events[0]!['leptons.pt'] as readonly unknown[]).length, to - from);
});

test('records are JSON, and a message that no stage could use is shown with why', () => {
  const { key, value, headers } = progressMessage({ type: 'planned', files: 1, blocks: 2 });
  const record = view('progress', { key, value, headers: new Map(Object.entries(headers)) });
  assert.deepEqual(record.content, { kind: 'json', json: { type: 'planned', files: 1, blocks: 2 } });
  assert.deepEqual(view('models', { key: 'm' }).content, { kind: 'deleted' });
  assert.deepEqual(view('models', { value: Buffer.from([0, 255]) }).content, { kind: 'bytes' });
  const codes = (kind: TopicKind, message: Partial<FetchedMessage>) => {
    const { content } = view(kind, message);
    return content.kind === 'unusable' ? content.code : content.kind;
  };
  assert.equal(codes('events', { value: Buffer.from('x') }), 'wire_header_invalid');
  assert.equal(codes('progress', { value: Buffer.from('{') }), 'wire_message_invalid');
  assert.equal(codes('scaled', { unreadable: 'it is packed by snappy' }), 'wire_batch_unreadable');
});

test('a time that no date can be is shown as it is', () => {
  const line = (timestampMs: number) => messageText(view('models', { timestampMs }));
  assert.match(line(0), / 1970-01-01T00:00:00.000Z /);
  assert.match(line(-1), / 1969-12-31T23:59:59.999Z /);
  assert.match(line(9e18), / 9000000000000000000 ms /);
});

test('fields for programs are those of the page', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'terminal.md'), 'utf8');
  const ofPage = (start: string) => {
    const row = page.split('\n').find((line) => line.startsWith(`| ${start} |`)) ?? assert.fail(start);
    return [...row.slice(start.length + 3).matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!).sort();
  };
  const keys = (object: object, without: readonly string[] = []) =>
    Object.keys(object)
      .filter((name) => !without.includes(name))
      .sort();
  const common = ofPage('every message');
  const { messages } = chainMessages();
  const kinds: Readonly<Record<string, ReturnType<typeof view>>> = {
    block: view('features', received(messages.features)),
    json: view('progress', { value: Buffer.from('{}') }),
    bytes: view('models', { value: Buffer.from([1]) }),
    deleted: view('models', {}),
    unusable: view('events', { value: Buffer.from('x') }),
  };
  for (const [kind, shown] of Object.entries(kinds)) {
    const object = messageObject(shown, 0);
    assert.equal(shown.content.kind, kind);
    for (const name of common) assert.ok(name in object, name);
    assert.deepEqual(keys(object, common), ofPage(`\`${kind}\``), kind);
  }
  const file = fileObject({ file: 'f', batch: 0, rows: 0, facts: new Map(), events: [] });
  assert.deepEqual(keys(file), ofPage('a batch of a file'));
});

test('names of objects in headers and records stay names', () => {
  const headers = new Map([
    ['__proto__', 'p'],
    ['constructor', 'c'],
  ]);
  const value = Buffer.from('{"__proto__": {"isAdmin": true}, "type": "x"}');
  const shown = view('dead-letters', { value, headers });
  const object = messageObject(shown, 0) as { headers: object; json: object };
  assert.deepEqual(Object.entries(object.headers), [...headers]);
  assert.equal(Object.getPrototypeOf(object.headers), Object.prototype);
  assert.equal(JSON.stringify(object.json), '{"__proto__":{"isAdmin":true},"type":"x"}');
  assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
  assert.match(messageText(shown), /__proto__: p\n {2}constructor: c/);
});

test('at most so many a second are shown, and the others counted', () => {
  const sampling = new Sampling(2);
  const taken = [0, 100, 400, 500, 900, 1000, 5000, 5001].map((nowMs) => sampling.take(nowMs));
  assert.deepEqual(taken, [true, false, false, true, false, true, true, false]);
  assert.equal(sampling.passedOver(), 4);
  assert.equal(sampling.passedOver(), 0);
  const all = new Sampling(undefined);
  assert.deepEqual([all.take(0), all.take(0)], [true, true]);
});

test('a header chooses messages, of the name and value as given', () => {
  const headers = new Map([['sample', 'zee']]);
  assert.ok(fits(headers, [{ name: 'sample', value: 'zee' }]));
  assert.ok(!fits(headers, [{ name: 'sample', value: 'ze' }]));
  assert.ok(!fits(headers, [{ name: 'toString', value: 'x' }]));
});

test('stages and topics are found by name, and others are refused with what is meant', () => {
  const topic = (name: string) => {
    const target = kafkaTarget(name, 'p');
    return target.kind === 'topic' ? target.topic : target.stage;
  };
  assert.deepEqual(
    ['events', 'p.features', 'ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer'].map(topic),
    ['events', 'features', 'events', 'selected', 'features', 'scaled', 'models', 'scores'],
  );
  assert.deepEqual(
    ['scaler_moments', 'scaler-moments', 'feature_files', 'planner', 'finisher', 'scores'].map(topic),
    ['scaler-state', 'scaler-state', 'features', 'progress', 'dead-letters', 'scores'],
  );
  assert.throws(() => kafkaTarget('featuriser', 'p'), /featuriser; did you mean "featurizer"/);
  assert.throws(() => kafkaTarget('other.events', 'p'), { code: 'cli_usage' });
  assert.equal(directoryTarget('featurizer'), 'features');
  for (const name of ['events', 'scaler_moments'])
    assert.throws(
      () => directoryTarget(name),
      /in one process hands (events|scaler_moments) on in memory and keeps/,
    );
  assert.throws(
    () => directoryTarget('feature'),
    /there is no topic or stage feature; did you mean "features"/,
  );
});
