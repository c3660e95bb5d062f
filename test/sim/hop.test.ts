import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import test from 'node:test';
import { RmmError } from '../../lib/base/error.js';
import { hopBody } from '../../lib/flow/partitions/hop.js';
import { PartitionRunner } from '../../lib/flow/partitions/partition-runner.js';
import { sinkBody } from '../../lib/flow/partitions/sink.js';
import { totalOf } from '../../lib/flow/partitions/sink-counts.js';
import type { SinkWindow } from '../../lib/flow/partitions/sink-options.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { SinkDisk } from '../support/sink-disk.js';
import { seededRandom, soon } from './support/chance.js';
import type { FakeClient } from './support/fake-client.js';
import { FakeKafka } from './support/fake-kafka.js';

const partitions = 3;
const perPartition = 40;

/** Stops a copy in the middle of what it does, long enough for its group to take it for dead. */
async function hang(client: FakeClient | undefined, random: () => number): Promise<void> {
  client?.freeze();
  for (let turn = 0; turn < 40 * random(); turn += 1) await soon();
  client?.thaw();
}

/** A cluster whose operations fail, hang and crash by chance, with an input of numbered messages. */
async function world(random: () => number, trouble: number) {
  const clients = new Map<string, FakeClient>();
  const cluster = new FakeKafka(async (client, operation, when) => {
    if (random() < 0.7) await soon();
    if (client.startsWith('calm')) return;
    if (random() < trouble / 4) clients.get(client)?.kill();
    if (random() < trouble / 4) void hang(clients.get(client), random);
    // A failure after the deed is the hard one: the caller does not know that it was done.
    if (random() < trouble) throw new RmmError('kafka_request_failed', `${operation} failed ${when}`);
  });
  for (const topic of ['in', 'out']) cluster.createTopic(topic, partitions);
  cluster.createTopic('dead', 1);
  const feeder = await cluster.client('calm-feeder').producer('feeder');
  for (let number = 0; number < perPartition; number += 1) {
    for (let partition = 0; partition < partitions; partition += 1) {
      await feeder.transaction((transaction) =>
        transaction.send('in', partition, [
          { key: `${partition}:${number}`, value: Buffer.from(String(number)), headers: {} },
        ]),
      );
    }
  }
  const start = (name: string, body: (client: FakeClient) => PartitionRunner) => {
    const client = cluster.client(name);
    clients.set(name, client);
    return { client, runner: body(client) };
  };
  return { cluster, start };
}

const keys = (messages: readonly FetchedMessage[]) => messages.map(({ key }) => key);
const isPoison = (key: string | null) => key?.endsWith('7') === true;

function hopRunner(client: FakeClient): PartitionRunner {
  return new PartitionRunner({
    client,
    group: 'hop',
    topic: 'in',
    transactionalId: (partition) => `hop.${partition}`,
    pause: soon,
    body: hopBody({
      client,
      group: 'hop',
      inputTopic: 'in',
      outputTopic: 'out',
      deadLetterTopic: 'dead',
      process: ({ key, value }) => {
        const message = { key, value, headers: {} };
        return isPoison(key)
          ? { out: undefined, deadLetters: [message], eventsIn: 1, eventsOut: 0 }
          : { out: message, deadLetters: [], eventsIn: 1, eventsOut: 1 };
      },
      fetchBytes: 8,
      maxWaitMs: 1,
      transactionMessages: 3,
      requestBytes: 2000,
      nowMs: () => 0,
      settle: async () => {},
    }),
  });
}

/** Starts copies, replaces those that were killed, and ends when `isDone` says so. */
async function until(
  isDone: () => boolean,
  startOne: (name: string) => { client: FakeClient; runner: PartitionRunner },
  isAlive: (name: string) => boolean,
  copies: number,
): Promise<void> {
  const stop = new AbortController();
  // Killed copies never stop listening.
  setMaxListeners(0, stop.signal);
  const runs: { name: string; ended: Promise<void> }[] = [];
  let number = 0;
  const add = () => {
    const name = `copy-${number++}`;
    const { runner } = startOne(name);
    runs.push({ name, ended: runner.run(stop.signal) });
  };
  for (let copy = 0; copy < copies; copy += 1) add();
  for (let turn = 0; turn < 20_000 && !isDone(); turn += 1) {
    await soon();
    for (const run of [...runs]) {
      if (isAlive(run.name)) continue;
      runs.splice(runs.indexOf(run), 1);
      add();
    }
  }
  assert.ok(isDone(), 'it never came to its end');
  stop.abort();
  const open = new Map(runs.map((run) => [run.name, run]));
  for (const { name, ended } of runs) void ended.then(() => open.delete(name));
  // One that was killed while it stopped never ends.
  while ([...open.keys()].some(isAlive)) await soon();
}

for (let seed = 1; seed <= (process.env.RMMSTREAM_TEST_LONG === '1' ? 300 : 30); seed += 1) {
  test(`a hop loses and doubles nothing under crashes and failures, seed ${seed}`, async () => {
    const random = seededRandom(seed);
    const { cluster, start } = await world(random, 0.03);
    const alive = new Map<string, FakeClient>();
    const through = () =>
      cluster.committed('out').reduce((sum, messages) => sum + messages.length, 0) +
      cluster.committed('dead')[0]!.length;
    await until(
      () => through() >= partitions * perPartition,
      (name) => {
        const started = start(name, hopRunner);
        alive.set(name, started.client);
        return started;
      },
      (name) => alive.get(name)?.isAlive === true,
      2,
    );
    for (let partition = 0; partition < partitions; partition += 1) {
      const input = keys(cluster.committed('in')[partition]!);
      const expected = input.filter((key) => !isPoison(key));
      assert.deepEqual(keys(cluster.committed('out')[partition]!), expected);
    }
    const poison = cluster.committed('in').flatMap((messages) => keys(messages).filter(isPoison));
    assert.deepEqual(keys(cluster.committed('dead')[0]!).sort(), poison.sort());
  });

  test(`a sink writes every message once under crashes and failures, seed ${seed}`, async () => {
    const random = seededRandom(seed + 1000);
    const { cluster, start } = await world(random, 0.03);
    cluster.createTopic('record', 1);
    const disk = new SinkDisk();
    const ends = cluster.committed('in').map((messages) => messages.at(-1)!.offset + 1);
    const settled = () => new Set(cluster.committed('record')[0]!.map(({ key }) => key));
    const alive = new Map<string, FakeClient>();
    await until(
      () => settled().size === partitions,
      (name) => {
        const started = start(name, (client) => {
          const open = ({ partition, number }: SinkWindow) => {
            const held: string[] = [];
            return {
              deadLetters: () => [],
              add: ({ key }: FetchedMessage) => {
                held.push(key!);
                return 1;
              },
              prepare: () => {
                if (random() < 0.05) throw new RmmError('disk_full', 'no room');
                const path = `${partition}.${number}`;
                const before = disk.files.get(path);
                const content = held.join(' ');
                // Another attempt may have written more of an unfinished window, never something else.
                if (before !== undefined)
                  assert.equal(before, content, `${path} was written with other content`);
                return disk.prepare(path, content);
              },
            };
          };
          return new PartitionRunner({
            client,
            group: 'sink',
            topic: 'in',
            transactionalId: (partition) => `sink.${partition}`,
            pause: soon,
            body: sinkBody({
              client,
              group: 'sink',
              topic: 'in',
              deadLetterTopic: 'dead',
              windowOffsets: 16,
              fetchBytes: 8,
              maxWaitMs: 1,
              open,
              sweep: (partition) => disk.sweep(partition),
              pause: soon,
              nowMs: () => 0,
              endOfInput: (partition) => ends[partition],
              isSettled: (partition) => settled().has(String(partition)),
              settlement: async (partition, _, total) => ({
                topic: 'record',
                messages: [{ key: String(partition), value: Buffer.from(String(total.events)), headers: {} }],
              }),
            }),
          });
        });
        alive.set(name, started.client);
        return started;
      },
      (name) => alive.get(name)?.isAlive === true,
      2,
    );
    const all = [...disk.files.values()].flatMap((content) => content.split(' '));
    const input = cluster.committed('in').flatMap(keys);
    assert.deepEqual([...all].sort(), [...input].sort());
    for (const message of cluster.committed('record')[0]!)
      assert.equal(
        message.value?.toString(),
        String(perPartition),
        'the count on record is that of the messages',
      );
    const total = totalOf(cluster.offsets.get('sink/in/0')!.metadata);
    assert.deepEqual(total, { messages: perPartition, events: perPartition });
  });
}

test('a hop whose position was forgotten goes on behind its last output', async () => {
  const { cluster, start } = await world(seededRandom(5), 0);
  const run = async (isDone: () => boolean) => {
    const stop = new AbortController();
    const { runner } = start(`calm-${Math.random()}`, hopRunner);
    const ended = runner.run(stop.signal);
    while (!isDone()) await soon();
    stop.abort();
    await ended;
  };
  const written = () => cluster.committed('out').reduce((sum, messages) => sum + messages.length, 0);
  await run(() => written() > 30);
  const before = written();
  assert.ok(before < partitions * perPartition);
  cluster.offsets.clear();
  await run(() =>
    cluster.committed('out').every((messages) => messages.at(-1)?.key?.endsWith(':39') === true),
  );
  for (const messages of cluster.committed('out'))
    assert.equal(new Set(keys(messages)).size, messages.length);
});

test('a hop whose position was forgotten and whose output was deleted ends instead of beginning again', async () => {
  const { cluster, start } = await world(seededRandom(7), 0);
  const written = () => cluster.log('out', 0).length;
  /** Runs a copy until it has written or has ended. */
  const run = async (name: string) => {
    const stop = new AbortController();
    const before = written();
    const ended = start(name, hopRunner).runner.run(stop.signal);
    ended.catch(() => stop.abort());
    while (!stop.signal.aborted && (written() === before || cluster.offsets.size < partitions)) await soon();
    stop.abort();
    await ended;
  };
  await run('calm-first');
  cluster.expire('out', 0, written());
  await run('calm-second');
  const before = written();
  cluster.expire('out', 0, before);
  cluster.offsets.clear();
  await assert.rejects(run('calm-third'), { code: 'kafka_data_lost', message: /partition 0 of out/ });
  assert.equal(written(), before, 'nothing was written twice');
});

test('an error that no retry mends ends the runner', async () => {
  const { start } = await world(seededRandom(6), 0);
  const { client } = start('calm', hopRunner);
  const runner = new PartitionRunner({
    client,
    group: 'broken',
    topic: 'in',
    transactionalId: (partition) => `broken.${partition}`,
    pause: soon,
    body: async () => {
      throw new RmmError('kafka_data_lost', 'gone');
    },
  });
  await assert.rejects(runner.run(new AbortController().signal), { code: 'kafka_data_lost' });
});
