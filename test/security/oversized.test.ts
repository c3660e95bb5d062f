import assert from 'node:assert/strict';
import test from 'node:test';
import { readLetter } from '../../services/kafka/letters.js';
import { stageHopPart } from '../../services/kafka/stage-hop.js';
import { stages } from '../../services/kafka/stages.js';
import { viewMessage } from '../../services/tap/message-view.js';
import { clusterOf, kafkaConfig, openContext, put, settled } from '../support/service-context.js';

const limit = 1 << 20;

test('messages above the limit become small dead letters, unopened, and memory stays where it is', async () => {
  const loaded = kafkaConfig({ kafka: { topics: { partitions: 1, max_message_bytes: limit } } });
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  // One large text for all of them: what is held more than that was made by the stage.
  const value = new Uint8Array(64 * limit).fill(0x5b);
  const count = 50;
  const headers = { schema: 'rmmstream.selected', version: '1', record: '['.repeat(1000) };
  await put(
    cluster,
    'rmmstream.selected',
    0,
    Array.from({ length: count }, () => ({ key: 'k', value, headers })),
  );
  const held = () => {
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = held();
  let most = 0;
  let opened = 0;
  const watch = setInterval(() => {
    most = Math.max(most, held() - before);
  }, 1);
  const part = stageHopPart(context, {
    stage: stages.featurizer,
    process: () => {
      opened += 1;
      return { out: undefined, deadLetters: [], eventsIn: 0, eventsOut: 0 };
    },
  });
  const stop = new AbortController();
  const ended = part.run(stop.signal);
  await settled(() => cluster.committed('rmmstream.dead-letters')[0]!.length === count, 1_000_000);
  most = Math.max(most, held() - before);
  clearInterval(watch);
  stop.abort();
  await ended;
  assert.equal(opened, 0);
  const letters = cluster.committed('rmmstream.dead-letters')[0]!;
  for (const message of letters) {
    const letter = readLetter(message)!;
    assert.equal(letter.reason, 'wire_message_too_large');
    assert.equal(letter.message!.bytes, value.length);
    assert.equal(letter.message!.body_base64, undefined);
    assert.ok(message.value!.length < limit);
  }
  assert.ok(most < value.length, `${most} bytes more were held, a message has ${value.length}`);
});

test('tap opens a large message with the checks of a stage: it is refused by its checksum, not unfolded', () => {
  const value = new Uint8Array(64 * limit).fill(0x5b);
  const headers = new Map([
    ['schema', 'rmmstream.events'],
    ['version', '1'],
    ['sample', 's'],
    ['kind', 'data'],
    ['file', 'f'],
    ['fingerprint', 'p'],
    ['first', '0'],
    ['entries', '1'],
    ['checksum', '00000000'],
  ]);
  const before = process.memoryUsage().arrayBuffers;
  const message = { offset: 0, timestampMs: 0, key: 'p:0', value, headers };
  const { content, bytes } = viewMessage('events', { topic: 't', partition: 0 }, message, 3);
  assert.deepEqual([content.kind, bytes], ['unusable', value.length]);
  assert.ok(content.kind === 'unusable' && content.code === 'wire_checksum_wrong');
  assert.ok(process.memoryUsage().arrayBuffers - before < limit);
});
