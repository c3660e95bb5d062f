import assert from 'node:assert/strict';
import test from 'node:test';
import type { RmmError } from '../../../lib/base/error.js';
import { brokerCode } from '../../../lib/kafka/broker-codes.js';
import type { KafkaAdmin, KafkaClient } from '../../../lib/kafka/client.js';
import { brokerFailure } from '../../../lib/kafka/failures.js';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import type { RunView } from '../../../services/kafka/run-view.js';
import { roles, stages } from '../../../services/kafka/stages.js';
import { kafkaStatus } from '../../../services/status/kafka-status.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
} from '../../support/service-context.js';

const model: readonly ProgressRecord[] = [
  { type: 'scaler', id: 's', rows_by_split: [1, 1, 1, 1], from: 0, frozen_ms: 1 },
  { type: 'model', id: 'm', scaler: 's', generation: 0, final: false, published_ms: 2, from: 0 },
];

/** What the brokers answer for positions of the scorer at a look (0, 1, ...), where that is no answer. */
type Refusal = (look: number) => RmmError | undefined;

/** Scaled rows wait for the scorer, which has a model and a copy, and nothing waits elsewhere. */
async function scoring(refusal: Refusal = () => undefined) {
  const loaded = kafkaConfig({
    input: { mode: 'continuous' },
    engine: { type: 'kafka', brokers: ['fake:1'], stall_timeout_ms: 60_000 },
    continuous: { write_interval_ms: 30_000 },
    kafka: { topics: { partitions: 1 } },
  });
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  await putRecords(cluster, context, [runRecord(loaded), fileRecord(0, 8192), ...model]);
  const { signal } = new AbortController();
  await context.view.catchUp(signal);
  const { names } = context;
  const message = { key: 'k', value: Buffer.from('v'), headers: {} };
  await put(
    cluster,
    names.topic('scaled'),
    0,
    Array.from({ length: 100 }, () => message),
  );
  const group = names.group(stages.scorer.role);
  const places = [
    ...Object.values(stages).map(({ role, topic }) => [role, topic] as const),
    ...Object.values(roles).map(({ role }) => [role, 'progress'] as const),
  ];
  for (const [role, topic] of places)
    context.client.join({
      group: names.group(role),
      topic: names.topic(topic),
      onPartitions: () => {},
      onState: () => {},
    });
  cluster.offsets.set(`${names.group(stages.ingest.role)}/${names.topic('events')}/0`, {
    offset: 1,
    metadata: '',
  });
  const commit = (offset: number) =>
    cluster.offsets.set(`${group}/${names.topic('scaled')}/0`, { offset, metadata: '' });
  const { client } = context;
  let look = 0;
  const committed: KafkaAdmin['committed'] = async (of, topic) => {
    if (of === group) {
      const error = refusal(look);
      look += 1;
      if (error !== undefined) throw error;
    }
    return client.admin.committed(of, topic);
  };
  const asked: Pick<KafkaClient, 'admin' | 'reader'> = {
    admin: { ...client.admin, committed },
    reader: (topic, partition) => client.reader(topic, partition),
  };
  const run: RunView = { ...context, client: asked as KafkaClient, signal };
  return { run, commit };
}

const noDoubt = () => assert.fail('two looks are enough');

/** A clock that is always there already, and hears of each wait. */
function impatientClock(onWait: (nowMs: number) => void = () => {}) {
  let nowMs = 0;
  return {
    steadyMs: () => nowMs,
    after: (ms: number, callback: () => void) => {
      nowMs += ms;
      onWait(nowMs);
      setImmediate(callback);
      return () => {};
    },
  };
}

test('a scorer whose window fills is looked at until its position moves, and is no stall', async () => {
  const { run, commit } = await scoring();
  const doubts: number[] = [];
  const clock = impatientClock((nowMs) => {
    if (nowMs === 30_000) commit(64);
  });
  const status = await kafkaStatus(run, {
    overSeconds: 5,
    clock,
    onDoubt: (seconds) => doubts.push(seconds),
  });
  assert.deepEqual([status.state, status.overSeconds], ['working', 30]);
  assert.equal(status.parts.find(({ role }) => role === 'scorer')!.perSecond, 64 / 30);
  // The interval of writing, and what any stage may take.
  assert.deepEqual(doubts, [90]);
});

test('a scorer that stands still for longer than its files may take is a stall', async () => {
  const { run } = await scoring();
  const status = await kafkaStatus(run, { overSeconds: 7, clock: impatientClock(), onDoubt: () => {} });
  assert.deepEqual([status.state, status.overSeconds], ['stalled', 91]);
  assert.match(status.because, /nothing has moved for 91 s where work waits: scorer/);
});

test('one look is one look', async () => {
  const { run } = await scoring();
  const status = await kafkaStatus(run, { overSeconds: 0, clock: impatientClock(), onDoubt: noDoubt });
  assert.deepEqual([status.state, status.overSeconds], ['working', 0]);
});

const unstable = brokerFailure(brokerCode.unstableOffsetCommit, { doing: 'asking', broker: 'b' });

for (const [what, looks] of [
  ['first', [0]],
  ['last', [1]],
  ['both', [0, 1]],
] as const)
  test(`positions that are hidden are no numbers: nothing has moved, nothing stands still (${what} looks)`, async () => {
    const hidden: readonly number[] = looks;
    const { run, commit } = await scoring((look) => (hidden.includes(look) ? unstable : undefined));
    // 100 messages and the end of their transaction.
    commit(90);
    const status = await kafkaStatus(run, { overSeconds: 5, clock: impatientClock(), onDoubt: noDoubt });
    assert.equal(status.state, 'working');
    const scorer = status.parts.find(({ role }) => role === 'scorer')!;
    assert.equal(scorer.perSecond, undefined);
    assert.deepEqual(
      [scorer.isHidden, scorer.state, scorer.waiting],
      hidden.includes(1) ? [true, 'hidden', undefined] : [false, 'working', 11],
    );
  });

test('any other failure of the brokers is told', async () => {
  const { run } = await scoring(() => brokerFailure(-1, { doing: 'asking', broker: 'b' }));
  await assert.rejects(
    kafkaStatus(run, { overSeconds: 5, clock: impatientClock(), onDoubt: () => {} }),
    /UNKNOWN_SERVER_ERROR/,
  );
});
