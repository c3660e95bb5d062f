import assert from 'node:assert/strict';
import test from 'node:test';
import { readTopic } from '../../../services/kafka/read-topic.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { put, soon } from '../../support/service-context.js';

const never = new AbortController().signal;
const message = (key: string) => ({ key, value: Buffer.from(key), headers: {} });

async function world() {
  const cluster = new FakeKafka();
  cluster.createTopic('t', 2);
  await put(cluster, 't', 0, ['a', 'b'].map(message));
  await put(cluster, 't', 0, ['c', 'd'].map(message));
  const read = async (
    span: Parameters<typeof readTopic>[5],
    until?: string,
    signal = never,
    partition = 0,
  ) => {
    const keys: (string | null)[] = [];
    const take = async ({ key }: { key: string | null }) => {
      keys.push(key);
      return key === until ? 'enough' : undefined;
    };
    const offset = await readTopic(cluster.client('reader'), 't', partition, signal, take, span);
    return { keys: keys.join(''), offset };
  };
  return { cluster, read };
}

test('reads from the first message to the end, and says where it stopped', async () => {
  const { read } = await world();
  assert.deepEqual(await read({}), { keys: 'abcd', offset: 6 });
  assert.deepEqual(await read({}, undefined, never, 1), { keys: '', offset: 0 });
  assert.deepEqual(await read({ from: 1 }), { keys: 'bcd', offset: 6 });
  assert.deepEqual(await read({ from: 6 }), { keys: '', offset: 6 });
});

test('a span ends before its end, even in the middle of a fetch', async () => {
  const { read } = await world();
  assert.deepEqual(await read({ from: 1, to: 4 }), { keys: 'bc', offset: 4 });
  assert.deepEqual(await read({ from: 4, to: 5 }), { keys: 'd', offset: 5 });
  assert.deepEqual(await read({ to: 0 }), { keys: '', offset: 0 });
});

test('what is written while it reads is left for the next reading', async () => {
  const { cluster } = await world();
  const client = cluster.client('reader');
  const offsets = client.admin.offsets.bind(client.admin);
  client.admin.offsets = async (topic) => {
    const found = await offsets(topic);
    await put(cluster, 't', 0, [message('e')]);
    return found;
  };
  const keys: (string | null)[] = [];
  const take = ({ key }: { key: string | null }) => void keys.push(key);
  const first = await readTopic(client, 't', 0, never, take);
  assert.deepEqual([first, keys.join('')], [6, 'abcd']);
  await readTopic(client, 't', 0, never, take, { from: first });
  assert.equal(keys.join(''), 'abcde');
});

test('enough is behind the message that was enough', async () => {
  const { read } = await world();
  assert.deepEqual(await read({}, 'b'), { keys: 'ab', offset: 2 });
});

test('without an end it stops before an open transaction; with one it waits for it', async () => {
  const { cluster, read } = await world();
  const producer = await cluster.client('slow').producer('slow');
  let commit = () => {};
  const open = producer.transaction(async (transaction) => {
    await transaction.send('t', 0, [message('e')]);
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  while (cluster.log('t', 0).length < 7) await soon();
  await put(cluster, 't', 0, [message('f')]);
  assert.deepEqual(await read({}), { keys: 'abcd', offset: 6 });
  const whole = read({ to: 8 });
  await soon();
  commit();
  await open;
  assert.deepEqual((await whole).keys, 'abcdef');
});

test('what compaction took away is passed over', async () => {
  const { cluster, read } = await world();
  await put(cluster, 't', 0, [message('b')]);
  cluster.compact('t');
  assert.deepEqual((await read({})).keys, 'acdb');
  assert.deepEqual((await read({ from: 1 })).keys, 'cdb');
});

test('an aborted reading ends with an error, not with a part', async () => {
  const { read } = await world();
  await assert.rejects(read({}, undefined, AbortSignal.abort()), { name: 'AbortError' });
});

test('a failing reader is closed, and its error thrown on', async () => {
  const { cluster } = await world();
  await assert.rejects(
    readTopic(cluster.client('reader'), 't', 0, never, () => {}, { from: 99, to: 100 }),
    { code: 'kafka_data_lost' },
  );
});
