import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type TapOptions, tapTopic } from '../../../services/tap/topic-tap.js';
import { soon } from '../../sim/support/chance.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';

async function send(cluster: FakeKafka, partition: number, ...keys: readonly string[]): Promise<void> {
  const producer = await cluster.client('writer').producer('writer');
  await producer.transaction(async (transaction) => {
    await transaction.send(
      't',
      partition,
      keys.map((key) => ({ key, value: Buffer.from(key), headers: {} })),
    );
  });
}

/** Keys in the order in which they are shown, until there are so many or no more come. */
async function tapped(cluster: FakeKafka, options: Partial<TapOptions>, most = 100): Promise<string[]> {
  const { signal } = new AbortController();
  const keys: string[] = [];
  const client = cluster.client('tap');
  for await (const { partition, message } of tapTopic({
    client,
    topic: 't',
    from: 'beginning',
    signal,
    pause: () => soon(),
    onTrouble: () => assert.fail('nothing is amiss'),
    ...options,
  })) {
    keys.push(`${partition}:${message.key}`);
    if (keys.length === most) break;
  }
  return keys;
}

async function twoPartitions(cluster = new FakeKafka()): Promise<FakeKafka> {
  cluster.createTopic('t', 2);
  await send(cluster, 0, 'a', 'b', 'c');
  await send(cluster, 1, 'x');
  return cluster;
}

test('what is there is shown of each partition in turn, to its end', async () => {
  const cluster = await twoPartitions();
  assert.deepEqual(await tapped(cluster, {}), ['0:a', '1:x', '0:b', '0:c']);
  assert.deepEqual(await tapped(cluster, { partition: 1 }), ['1:x']);
});

test('from the end only what comes is shown', async () => {
  const cluster = await twoPartitions();
  const found = tapped(cluster, { from: 'end' }, 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await send(cluster, 1, 'y', 'z');
  assert.deepEqual(await found, ['1:y', '1:z']);
});

test('a partition that the topic has not is refused, with those that there are', async () => {
  const cluster = await twoPartitions();
  await assert.rejects(
    tapped(cluster, { partition: 2 }),
    (error) =>
      error instanceof RmmError &&
      error.code === 'cli_usage' &&
      error.message === 't has no partition 2; there are 0 to 1',
  );
});

/** A client whose partition 0 fails, or never answers, for as long as it is told to. */
function troubled(cluster: FakeKafka, trouble: () => Promise<void>): TapOptions['client'] {
  const client = cluster.client('tap');
  return {
    admin: client.admin,
    reader: (topic, partition) => {
      const reader = client.reader(topic, partition);
      if (partition !== 0) return reader;
      return {
        ...reader,
        fetch: async (asked) => {
          await trouble();
          return reader.fetch(asked);
        },
      };
    },
  };
}

const away = new RmmError('kafka_unreachable', 'no broker answers');

test('from the end brokers may be away for a while: it is said once, others go on, and nothing is left out', async () => {
  const cluster = await twoPartitions();
  let isAway = true;
  const told: [number, string][] = [];
  const keys: string[] = [];
  const stop = new AbortController();
  const client = troubled(cluster, async () => {
    if (isAway) throw away;
  });
  const onTrouble = (partition: number, { code }: RmmError) => told.push([partition, code]);
  const { signal } = stop;
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));
  const tap = tapTopic({ client, topic: 't', from: 'end', signal, pause, onTrouble });
  const first = tap.next();
  while (told.length === 0) await soon();
  await send(cluster, 0, 'd');
  await send(cluster, 1, 'y');
  keys.push((await first).value!.message.key!);
  const next = tap.next();
  isAway = false;
  keys.push((await next).value!.message.key!);
  assert.deepEqual(keys, ['y', 'd']);
  assert.deepEqual(told, [[0, 'kafka_unreachable']]);
  const last = tap.next();
  stop.abort();
  assert.equal((await last).done, true);
});

test('an interrupt is heard while a broker is silent', async () => {
  const cluster = await twoPartitions();
  const onTrouble = assert.fail;
  for (const from of ['end', 'beginning'] as const) {
    const stop = new AbortController();
    const { signal } = stop;
    const client = troubled(cluster, () => {
      setImmediate(() => stop.abort());
      return new Promise<never>(() => {});
    });
    const tap = tapTopic({ client, topic: 't', partition: 0, from, signal, pause: () => soon(), onTrouble });
    assert.equal((await tap.next()).done, true);
  }
});

test('what is there is not waited for: a broker that is away is told, and so is what does not pass', async () => {
  const cluster = await twoPartitions();
  const failing = (error: RmmError) => troubled(cluster, () => Promise.reject(error));
  await assert.rejects(tapped(cluster, { client: failing(away) }), away);
  const lost = new RmmError('kafka_data_lost', 'gone');
  await assert.rejects(tapped(cluster, { client: failing(lost), from: 'end' }), lost);
});
