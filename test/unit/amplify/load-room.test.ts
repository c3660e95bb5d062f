import assert from 'node:assert/strict';
import test from 'node:test';
import { countsMetadata, none } from '../../../lib/flow/partitions/sink-counts.js';
import { brokerCode } from '../../../lib/kafka/broker-codes.js';
import { brokerFailure } from '../../../lib/kafka/failures.js';
import type { LoadOrder } from '../../../services/amplify/load/load-order.js';
import { eventsBehind, loadRoom, roomFor } from '../../../services/amplify/load/load-room.js';
import { waitingLimit } from '../../../services/amplify/load/waiting-limit.js';
import { stages } from '../../../services/kafka/stages.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const bounds = { partitions: 4, transactionMessages: 8, rate: undefined, maxWaiting: undefined };

test('a plan goes ahead of what is delivered by two transactions of each partition, or by about two seconds', () => {
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, bounds), 64);
  assert.equal(roomFor({ planned: 100, delivered: 40, waiting: 0 }, bounds), 4);
  assert.ok(roomFor({ planned: 110, delivered: 40, waiting: 0 }, bounds) <= 0);
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, { ...bounds, rate: 8192 * 3 }), 7);
  // 100 events a second: a block lasts 82 s, and what is planned is delivered before the load ends.
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, { ...bounds, rate: 100 }), 2);
});

test('no more events wait for their scores than allowed', () => {
  const bounded = { ...bounds, maxWaiting: 8192 * 10 };
  assert.equal(roomFor({ planned: 20, delivered: 20, waiting: 8192 * 5 }, bounded), 5);
  assert.ok(roomFor({ planned: 20, delivered: 20, waiting: 8192 * 10 }, bounded) <= 0);
  assert.equal(roomFor({ planned: 20, delivered: 20, waiting: 0 }, bounded), 10);
  assert.equal(roomFor({ planned: 80, delivered: 20, waiting: 0 }, bounded), 4);
});

test('events behind some blocks of a plan', () => {
  const files = [
    { firstBlock: 0, blocks: 2, entries: 9000 },
    { firstBlock: 2, blocks: 0, entries: 0 },
    { firstBlock: 2, blocks: 1, entries: 500 },
    { firstBlock: 3, blocks: 3, entries: 20_000 },
  ];
  for (const [blocks, events] of [
    [0, 29_500],
    [1, 29_500 - 8192],
    [2, 20_500],
    [3, 20_000],
    [5, 20_000 - 2 * 8192],
    [6, 0],
    [9, 0],
  ] as const)
    assert.equal(eventsBehind(files, blocks), events, `${blocks}`);
});

const block = 8192;
const endless = kafkaConfig({
  input: { mode: 'continuous' },
  continuous: { write_interval_ms: 30_000 },
  kafka: { topics: { partitions: 2 }, sink_window_offsets: 4, transaction_messages: 8 },
});
const order: LoadOrder = {
  seed: 1,
  events: undefined,
  seconds: 10,
  rate: undefined,
  maxWaiting: 10 * block,
};

test('events wait until the position behind their scores is committed: full windows, and what of open ones is written', async () => {
  const cluster = clusterOf(endless);
  const context = openContext(cluster, endless);
  const { names } = context;
  await putRecords(cluster, context, [runRecord(endless), fileRecord(0, 20 * block)]);
  await context.view.catchUp(new AbortController().signal);
  const commit = (partition: number, before: number, within: number) =>
    cluster.offsets.set(`${names.group(stages.scorer.role)}/${names.topic('scaled')}/${partition}`, {
      offset: 4 * before,
      metadata: countsMetadata({
        before: { messages: before, events: 1 },
        within: within === 0 ? none : { messages: within, events: 1 },
        refused: new Set(),
      }),
    });
  for (let partition = 0; partition < 2; partition += 1)
    cluster.offsets.set(`${names.group(stages.ingest.role)}/${names.topic('events')}/${partition}`, {
      offset: 10,
      metadata: '',
    });
  // 20 blocks are planned and delivered.
  assert.equal(await loadRoom(context, order), -10);
  commit(0, 8, 0);
  assert.equal(await loadRoom(context, order), -2);
  commit(1, 4, 3);
  assert.equal(await loadRoom(context, order), 5);
  assert.equal(await loadRoom(context, { ...order, maxWaiting: undefined }), 32);
  assert.equal(await loadRoom(context, { ...order, events: 1 }), Number.POSITIVE_INFINITY);
});

test('where a dead copy hides how far the scores are there is no room for now', async () => {
  const context = openContext(clusterOf(endless), endless);
  const { admin } = context.client;
  const committed: typeof admin.committed = async (group, topic) => {
    if (group !== context.names.group(stages.scorer.role)) return admin.committed(group, topic);
    throw brokerFailure(brokerCode.unstableOffsetCommit, { doing: 'asking', broker: 'b' });
  };
  const hidden = { ...context, client: { ...context.client, admin: { ...admin, committed } } };
  assert.equal(await loadRoom(hidden as typeof context, order), 0);
});

test('a limit below the events of open windows bounds the load, which is said; one for a bounded run is refused', () => {
  const { config } = endless;
  assert.deepEqual(waitingLimit({ ...order, maxWaiting: 6 * block }, config), {
    mostPerSecond: (6 * block) / 30,
    freeAbove: 8 * block,
  });
  assert.equal(waitingLimit(order, config), undefined);
  assert.equal(waitingLimit({ ...order, maxWaiting: 8 * block + 1 }, config), undefined);
  assert.equal(waitingLimit({ ...order, maxWaiting: undefined }, config), undefined);
  const slow = { ...order, maxWaiting: block };
  assert.equal(waitingLimit({ ...slow, rate: 100 }, config), undefined);
  assert.equal(waitingLimit({ ...slow, rate: 1000 }, config)?.mostPerSecond, block / 30);
  assert.throws(() => waitingLimit(order, kafkaConfig().config), /a bounded run scores nothing/);
});
