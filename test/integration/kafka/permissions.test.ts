import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import kafkajs from 'kafkajs';
import type { RmmError } from '../../../lib/base/error.js';
import { clientNames, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, readAll, texts, until } from '../../support/kafka/read-all.js';

// Node finds no names of these in what kafkajs exports.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes } =
  kafkajs;

const prefix = 'mine';
const settings = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
};
const cluster = kafkaSkip === false ? await startKafka({ settings }) : undefined;
after(() => cluster?.stop());

/** Leaves to whoever comes without a log-in the groups and transactional ids with the prefix, and no others. */
async function allowPrefixOnly(brokers: readonly string[]): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  const allowed = { host: '*', operation: AclOperationTypes.ALL, permissionType: AclPermissionTypes.ALLOW };
  await admin.connect();
  try {
    await admin.createAcls({
      acl: [AclResourceTypes.GROUP, AclResourceTypes.TRANSACTIONAL_ID].flatMap((resourceType) => [
        // Where there is a rule for all, whoever it does not name is refused.
        {
          ...allowed,
          resourceType,
          resourceName: '*',
          resourcePatternType: ResourcePatternTypes.LITERAL,
          principal: 'User:somebody-else',
        },
        {
          ...allowed,
          resourceType,
          resourceName: `${prefix}.`,
          resourcePatternType: ResourcePatternTypes.PREFIXED,
          principal: 'User:ANONYMOUS',
        },
      ]),
    });
  } finally {
    await admin.disconnect();
  }
}

for (const name of clientNames)
  test(`${name}: rights on what begins with the prefix are enough`, { skip: kafkaSkip }, async () => {
    const { brokers } = cluster!;
    await allowPrefixOnly(brokers);
    const client = await openForTest(brokers, { client: name });
    const topic = `${prefix}.${name}`;
    await client.admin.createTopics([{ name: topic, partitions: 1, replication: 1, settings: {} }]);
    // Brokers take some moments to act by new rules.
    await until('another prefix is refused', () =>
      client.producer('other.tx').then(
        (taken) => taken.close().then(() => false),
        (error: RmmError) => error.code === 'kafka_refused',
      ),
    );

    const producer = await client.producer(`${prefix}.tx`);
    await producer.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('allowed')]);
      await transaction.commitOffset({
        group: `${prefix}.group`,
        topic,
        partition: 0,
        offset: 1,
        metadata: '',
      });
    });
    assert.deepEqual(texts(await readAll(client, topic)), ['allowed']);
    await producer.close();
  });
