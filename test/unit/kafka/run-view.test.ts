import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { OutgoingMessage } from '../../../lib/kafka/client.js';
import { isReplaced } from '../../../services/kafka/run-view.js';
import type { FakeKafka } from '../../sim/support/fake-kafka.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const topic = 'rmmstream.progress';
const loaded = kafkaConfig({ kafka: { topics: { partitions: 1 } } });

/** A view of a run with the topics 0123abcd, and whether it is replaced now. */
async function viewed(before: (cluster: FakeKafka) => Promise<void> = async () => {}) {
  const cluster = clusterOf(loaded);
  await before(cluster);
  const context = openContext(cluster, loaded);
  await putRecords(cluster, context, [runRecord(loaded), fileRecord(0, 5)]);
  await context.view.catchUp(new AbortController().signal);
  const reader = context.client.reader(topic, 0);
  return { cluster, context, look: () => isReplaced(context, reader) };
}

async function abort(cluster: FakeKafka): Promise<void> {
  const producer = await cluster.client('aborted').producer('aborted');
  const message: OutgoingMessage = { key: null, value: null, headers: {} };
  await producer
    .transaction(async (transaction) => {
      await transaction.send(topic, 0, [message]);
      throw new Error('aborted');
    })
    .catch(() => {});
}

test('a run is the one that was seen, also behind what was aborted and what nobody can read', async () => {
  const plain = await viewed();
  assert.equal(await plain.look(), false);
  const behind = await viewed(async (cluster) => {
    await abort(cluster);
    await put(cluster, topic, 0, [{ key: null, value: Buffer.from('no record'), headers: {} }]);
  });
  assert.equal(await behind.look(), false);
});

test('topics that were made again hold another run, or none yet; while they are gone, that is said', async () => {
  const { cluster, context, look } = await viewed();
  cluster.logs.clear();
  await assert.rejects(look(), (error) => error instanceof RmmError && error.code === 'kafka_topic_missing');
  clusterOf(loaded, cluster);
  assert.equal(await look(), true);
  await abort(cluster);
  assert.equal(await look(), true);
  await putRecords(cluster, context, [{ ...runRecord(loaded), topics: 'ffffffff' }]);
  assert.equal(await look(), true);
});

test('what ended the following of a view is told to whoever goes on with it', async () => {
  const { cluster, context } = await viewed();
  context.view.assertFollowed();
  cluster.logs.clear();
  cluster.wake();
  await context.view.changed(new AbortController().signal);
  assert.throws(
    () => context.view.assertFollowed(),
    (error) => error instanceof RmmError && error.code === 'kafka_topic_missing',
  );
});
