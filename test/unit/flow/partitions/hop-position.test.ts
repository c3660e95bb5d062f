import assert from 'node:assert/strict';
import test from 'node:test';
import {
  inputOffsetHeader,
  positionHeader,
  positionMetadata,
  recoverPosition,
  startPosition,
} from '../../../../lib/flow/partitions/hop-position.js';
import { FakeKafka } from '../../../sim/support/fake-kafka.js';
import { put, soon } from '../../../support/service-context.js';

const never = new AbortController().signal;

function ours(input: number) {
  const at = {
    ...startPosition,
    input: input + 1,
    read: input + 1,
    written: input,
    eventsIn: 10,
    eventsOut: 5,
  };
  const headers = { [inputOffsetHeader]: String(input), [positionHeader]: positionMetadata(at) };
  return { key: null, value: Buffer.from('x'), headers };
}
const foreign = { key: null, value: Buffer.from('x'), headers: {} };

function world() {
  const cluster = new FakeKafka();
  cluster.createTopic('out', 2);
  const client = cluster.client('hop');
  const recover = (signal = never) => recoverPosition(client.admin, client.reader('out', 1), 1 << 20, signal);
  return { cluster, recover };
}

test('an empty output has nothing to say: the hop begins', async () => {
  const { recover } = world();
  assert.deepEqual(await recover(), startPosition);
});

test('the last message of the output says where the hop was', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3), ours(8)]);
  assert.deepEqual(await recover(), {
    input: 9,
    output: 2,
    read: 9,
    written: 8,
    eventsIn: 10,
    eventsOut: 5,
  });
});

test('foreign messages and control records behind it are passed over', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3)]);
  for (let round = 0; round < 60; round += 1) await put(cluster, 'out', 1, [foreign]);
  const found = await recover();
  assert.equal(found.input, 4);
  assert.equal(found.output, 1);
});

test('an output of foreign messages only is no output of the hop', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [foreign, foreign]);
  assert.deepEqual(await recover(), startPosition);
});

test('where the last thousand offsets are foreign the run is given up instead of begun again', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3)]);
  await put(
    cluster,
    'out',
    1,
    Array.from({ length: 1100 }, () => foreign),
  );
  await assert.rejects(recover(), {
    code: 'kafka_data_lost',
    message: /partition 1 of out.*none of its last 1024 messages is of this stage/,
  });
});

test('an output that retention has emptied is not one that was never written', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3), ours(8)]);
  cluster.expire('out', 1, 3);
  await assert.rejects(recover(), {
    code: 'kafka_data_lost',
    message: /position is gone.*partition 1 of out.*offsets 0 to 3 were deleted.*another kafka.prefix/,
  });
  await put(cluster, 'out', 1, [foreign]);
  await assert.rejects(recover(), { code: 'kafka_data_lost' }, 'with something of others behind it');
});

test('of an output that is deleted in part the rest says where the hop was', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3)]);
  await put(cluster, 'out', 1, [ours(8)]);
  cluster.expire('out', 1, 2);
  assert.equal((await recover()).input, 9);
});

test('an open transaction of somebody else is waited for: the last message may lie behind it', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3)]);
  const producer = await cluster.client('other').producer('other');
  let commit = () => {};
  const open = producer.transaction(async (transaction) => {
    await transaction.send('out', 1, [foreign]);
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  while (cluster.log('out', 1).length < 3) await soon();
  await put(cluster, 'out', 1, [ours(4)]);
  const found = recover();
  await soon();
  commit();
  await open;
  assert.equal((await found).input, 5);
});

test('an aborted search ends', async () => {
  const { cluster, recover } = world();
  await put(cluster, 'out', 1, [ours(3)]);
  await assert.rejects(recover(AbortSignal.abort()), { name: 'AbortError' });
});
