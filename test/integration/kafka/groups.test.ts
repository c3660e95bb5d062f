import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isShared, joinWatched } from '../../support/kafka/members.js';
import { readAll, until } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

for (const name of clientNames) {
  const client = cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name });
  const options = { skip: kafkaSkip };

  test(`${name}: partitions are shared out anew when a copy comes and when one leaves`, options, async () => {
    // A session as long as the test may take: only a member that says goodbye gives its partitions away.
    const patient = await openForTest(cluster!.brokers, { client: name, sessionTimeoutMs: 60_000 });
    const topic = await makeTopic(client, { partitions: 6 });
    const first = joinWatched(patient, topic, topic);
    await until('one has all', () => isShared([first], 6));
    const second = joinWatched(patient, topic, topic);
    await until('two share', () => isShared([first, second], 6));
    const before = [first.partitions(), second.partitions()];
    const third = joinWatched(patient, topic, topic);
    await until('three share', () => isShared([first, second, third], 6));
    // Who was there keeps what it has, but for what the third got.
    assert.ok(first.partitions().every((partition) => before[0]!.includes(partition)));
    assert.ok(second.partitions().every((partition) => before[1]!.includes(partition)));
    await second.member.leave();
    await until('two are left', () => isShared([first, third], 6));
    const heard = second.lists.length;
    await Promise.all([first.member.leave(), third.member.leave()]);
    assert.equal(second.lists.length, heard, 'who has left hears no more');
    await client.admin.deleteGroups([topic]);
  });

  test(
    `${name}: more copies than partitions: some wait, and take over from one that is killed`,
    options,
    async () => {
      const topic = await makeTopic(client, { partitions: 1 });
      const script = join(packageRoot, 'dist', 'test', 'support', 'kafka', 'member-process.js');
      const child = spawn(process.execPath, [script, name, cluster!.brokers[0]!, topic, topic], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(child.stdout, 'data');
      const other = joinWatched(client, topic, topic);
      await until('the other has joined', () => other.lists.length > 0);
      assert.deepEqual(other.partitions(), []);
      child.kill('SIGKILL');
      await until('the other has the partition', () => isShared([other], 1));
      await other.member.leave();
    },
  );

  test(`${name}: members come back by themselves after their broker was away`, options, async () => {
    const topic = await makeTopic(client, { partitions: 4 });
    const members = [joinWatched(client, topic, topic), joinWatched(client, topic, topic)];
    await until('they share', () => isShared(members, 4));
    await cluster!.kill(1);
    await until('both know that they are lost', () => members.every(({ states }) => states.includes('lost')));
    for (const { reasons } of members)
      assert.ok(reasons.every((reason) => reason instanceof RmmError && reason.code === 'kafka_unreachable'));
    await cluster!.restart(1);
    const lists = members.map((one) => one.lists.length);
    await until('both have joined again', () =>
      members.every((one, index) => one.lists.length > lists[index]! && one.states.at(-1) === 'joined'),
    );
    await until('they share again', () => isShared(members, 4));
    await Promise.all(members.map(({ member }) => member.leave()));
  });

  test(`${name}: members come back by themselves after their broker hung`, options, async () => {
    const topic = await makeTopic(client, { partitions: 2 });
    const members = [joinWatched(client, topic, topic), joinWatched(client, topic, topic)];
    await until('they share', () => isShared(members, 2));
    await cluster!.freeze(1, true);
    await until('one knows that it is lost', () => members.some(({ states }) => states.includes('lost')));
    await cluster!.freeze(1, false);
    await until('both have joined again', () => members.every(({ states }) => states.at(-1) === 'joined'));
    await until('they share again', () => isShared(members, 2));
    await Promise.all(members.map(({ member }) => member.leave()));
  });

  test(`${name}: a member waits for a topic that is made later`, options, async () => {
    const later = `later-${name}-${process.pid}`;
    const member = joinWatched(client, later, later);
    await until('it says what is missing', () => member.states.includes('lost'));
    assert.ok(
      member.reasons.every((reason) => reason instanceof RmmError && reason.code === 'kafka_topic_missing'),
    );
    await client.admin.createTopics([{ name: later, partitions: 2, replication: 1, settings: {} }]);
    await until('it has joined', () => isShared([member], 2));
    await member.member.leave();
  });
}

test('kafkajs: membership fetches nothing, however often the group meets', { skip: kafkaSkip }, async () => {
  const client = await openForTest(cluster!.brokers);
  const topic = await makeTopic(client, { partitions: 2 });
  const producer = await client.producer(`${topic}.tx`);
  const value = Buffer.alloc(1_000_000);
  for (const partition of [0, 1])
    await producer.transaction((transaction) =>
      transaction.send(topic, partition, [{ key: null, value, headers: {} }]),
    );
  const sockets: Socket[] = [];
  const watch = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
  diagnostics.subscribe('net.client.socket', watch);
  const received = () => sockets.reduce((sum, socket) => sum + socket.bytesRead, 0);
  try {
    const group = await openForTest(cluster!.brokers);
    const first = joinWatched(group, topic, topic);
    await until('one has all', () => isShared([first], 2));
    const second = joinWatched(group, topic, topic);
    await until('two share', () => isShared([first, second], 2));
    await second.member.leave();
    await until('one has all again', () => isShared([first], 2));
    assert.ok(received() > 0 && received() < 100_000, `${received()} bytes`);
    // The same count does see what a reader fetches.
    await readAll(group, topic, first.partitions()[0]);
    assert.ok(received() > value.length);
    await first.member.leave();
  } finally {
    diagnostics.unsubscribe('net.client.socket', watch);
  }
});
