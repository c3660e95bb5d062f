import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { openKafka } from '../../../lib/kafka/open.js';
import { clientNames, connectionTo, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isShared, joinWatched } from '../../support/kafka/members.js';
import { freePorts } from '../../support/kafka/ports.js';
import { message, until } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

for (const name of clientNames) {
  const client = cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name });
  const options = { skip: kafkaSkip };

  test(`${name}: topics are made once, described with their settings, and deleted`, options, async () => {
    const first = {
      name: `${name}.first`,
      partitions: 3,
      replication: 1,
      settings: { 'cleanup.policy': 'compact' },
    };
    const second = { name: `${name}.second`, partitions: 1, replication: 1, settings: {} };
    assert.deepEqual(await client.admin.createTopics([first]), [first.name]);
    assert.deepEqual(await client.admin.createTopics([first, second]), [second.name]);
    assert.deepEqual(await client.admin.createTopics([]), []);
    const names = [first.name, second.name];
    assert.deepEqual(
      (await client.admin.listTopics()).filter((one) => names.includes(one)),
      names,
    );

    const described = await client.admin.describeTopics([second.name, 'no-such', first.name]);
    const found = new Map(described.map((topic) => [topic.name, topic]));
    assert.deepEqual([...found.keys()].sort(), names);
    const { partitions, settings } = found.get(first.name)!;
    assert.deepEqual(
      partitions,
      [0, 1, 2].map((partition) => ({ partition, leader: 1, replicas: [1], inSync: [1] })),
    );
    assert.equal(settings['cleanup.policy'], 'compact');
    assert.equal(found.get(second.name)!.settings['cleanup.policy'], undefined, 'a default is not listed');

    await client.admin.deleteTopics([...names, 'no-such']);
    assert.deepEqual(
      (await client.admin.listTopics()).filter((one) => names.includes(one)),
      [],
    );
    assert.deepEqual(await client.admin.describeTopics(names), []);
    await assert.rejects(client.admin.offsets(first.name), isCode('kafka_topic_missing'));
    // A name is free again at once.
    assert.deepEqual(await client.admin.createTopics([second]), [second.name]);
  });

  test(`${name}: what the brokers do not take of a topic is named`, options, async () => {
    const topic = { name: `${name}.refused`, partitions: 1, replication: 1, settings: {} };
    const cases = [
      [{ ...topic, replication: 3 }, /INVALID_REPLICATION_FACTOR/],
      [{ ...topic, settings: { 'no.such.setting': '1' } }, /no\.such\.setting/],
      [{ ...topic, name: 'a/b' }, /INVALID_TOPIC/],
    ] as const;
    for (const [wrong, pattern] of cases)
      await assert.rejects(client.admin.createTopics([wrong]), isCode('kafka_settings_refused', pattern));
  });

  test(`${name}: offsets of partitions and positions of groups`, options, async () => {
    const topic = await makeTopic(client, { partitions: 3 });
    const producer = await client.producer(`${topic}.tx`);
    await producer.transaction(async (transaction) => {
      await transaction.send(topic, 1, [message('a'), message('b')]);
      await transaction.commitOffset({ group: `${topic}.g`, topic, partition: 2, offset: 0, metadata: '' });
      await transaction.commitOffset({
        group: `${topic}.g`,
        topic,
        partition: 1,
        offset: 1,
        metadata: '{"κ":1}',
      });
    });
    await producer.close();
    await until(
      'the commit has taken its offset',
      async () => (await client.admin.offsets(topic))[1]!.end === 3,
    );
    assert.deepEqual(await client.admin.offsets(topic), [
      { partition: 0, first: 0, end: 0, stable: 0 },
      { partition: 1, first: 0, end: 3, stable: 3 },
      { partition: 2, first: 0, end: 0, stable: 0 },
    ]);
    const committed = await client.admin.committed(`${topic}.g`, topic);
    assert.deepEqual(
      [...committed].sort(([a], [b]) => a - b),
      [
        [1, { offset: 1, metadata: '{"κ":1}' }],
        [2, { offset: 0, metadata: '' }],
      ],
    );
    assert.deepEqual([...(await client.admin.committed('no-such-group', topic))], []);
    assert.equal(await client.admin.members('no-such-group'), 0);
    await assert.rejects(client.admin.committed(`${topic}.g`, 'no-such'), isCode('kafka_topic_missing'));
    await client.admin.deleteGroups([`${topic}.g`, 'no-such-group']);
    assert.deepEqual([...(await client.admin.committed(`${topic}.g`, topic))], []);
  });

  test(`${name}: a group with members is not deleted`, options, async () => {
    const topic = await makeTopic(client);
    const member = joinWatched(client, topic, topic);
    await until('it has joined', () => isShared([member], 1));
    await assert.rejects(client.admin.deleteGroups([topic]), isCode('kafka_group_busy', new RegExp(topic)));
    assert.equal(await client.admin.members(topic), 1);
    await member.member.leave();
    assert.equal(await client.admin.members(topic), 0);
    await client.admin.deleteGroups([topic]);
  });

  test(`${name}: brokers are listed`, options, async () => {
    const brokers = await client.admin.brokers();
    assert.deepEqual(
      brokers.map(({ node, host, port }) => [node, `${host}:${port}`]),
      [[1, cluster!.brokers[0]]],
    );
  });

  test(`${name}: no broker at an address is told at once; one of several is enough`, options, async () => {
    const [port] = await freePorts(1);
    const nobody = `127.0.0.1:${port}`;
    await assert.rejects(
      openKafka(connectionTo([nobody], { client: name })),
      isCode('kafka_unreachable', new RegExp(nobody)),
    );
    const found = await openKafka(connectionTo([nobody, ...cluster!.brokers], { client: name }));
    assert.equal((await found.admin.brokers()).length, 1);
    await found.close();
    await assert.rejects(found.producer('late'), isCode('kafka_closed'));
  });
}
