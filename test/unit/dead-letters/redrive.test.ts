import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type RedriveRequest, redrive } from '../../../services/dead-letters/redrive.js';
import { letterMessage, wholeLetter } from '../../../services/kafka/letters.js';
import type { RunView } from '../../../services/kafka/run-view.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const loaded = kafkaConfig();
const topic = 'rmmstream.events';
const request: RedriveRequest = {
  ids: ['events/0/0/-1'],
  set: [],
  fromSource: false,
  asItIs: true,
  again: false,
  dryRun: false,
};

/** A run whose one block was garbage on events. */
async function withOneLetter(cluster: FakeKafka) {
  clusterOf(loaded, cluster);
  const open = (name: string): RunView => ({
    ...openContext(cluster, loaded, { name }),
    signal: new AbortController().signal,
  });
  const file = fileRecord(0, 100);
  const value = Buffer.from('garbage');
  const { sample, kind, name, fingerprint } = file;
  const source = { sample, kind, file: name, fingerprint, first: '0', entries: '100' };
  const message = {
    offset: 0,
    timestampMs: 0,
    key: `${fingerprint}:0`,
    value,
    headers: new Map(Object.entries(source)),
  };
  const error = new RmmError('wire_checksum_wrong', 'damaged');
  const letter = wholeLetter(message, { topic, partition: 0 }, 'selector', error, 1 << 20);
  const context = open('first');
  await putRecords(cluster, context, [runRecord(loaded), file]);
  await put(cluster, topic, 0, [{ key: message.key, value, headers: source }]);
  await put(cluster, context.names.topic('dead-letters'), 0, [letterMessage(letter)]);
  return { context, open };
}

test('of two who send the same dead letter again at the same time one is refused', async () => {
  let go = () => {};
  const isDone = new Promise<void>((resolve) => {
    go = resolve;
  });
  // The second has looked at the letters, and is about to send.
  let isWaiting = () => {};
  const waits = new Promise<void>((resolve) => {
    isWaiting = resolve;
  });
  const cluster = new FakeKafka(async (client, operation, when) => {
    if (client !== 'second' || operation !== 'init' || when === 'after') return;
    isWaiting();
    await isDone;
  });
  const { context, open } = await withOneLetter(cluster);
  const second = redrive(open('second'), request);
  second.catch(() => {});
  await waits;
  const [sent] = await redrive(context, request);
  assert.equal(sent?.offset, 2);
  go();
  await assert.rejects(second, {
    code: 'letter_settled',
    message: /events\/0\/0\/-1 was sent again meanwhile/,
  });
  assert.equal(cluster.committed(topic)[0]?.length, 2);
  await assert.rejects(redrive(context, request), { code: 'letter_settled' });
  await redrive(context, { ...request, again: true });
  assert.equal(cluster.committed(topic)[0]?.length, 3);
});
