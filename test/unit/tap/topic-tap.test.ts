import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type TapOptions, tapTopic } from '../../../services/tap/topic-tap.js';
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
    ...options,
  })) {
    keys.push(`${partition}:${message.key}`);
    if (keys.length === most) break;
  }
  return keys;
}

async function twoPartitions(): Promise<FakeKafka> {
  const cluster = new FakeKafka();
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
