import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import { connectionTo } from '../../support/kafka/clients.js';
import { apiKeys, linkContext, type StandIn, standIn } from '../../support/kafka/stand-in.js';

/** Answer to GroupCoordinator, version 2: it is at a host, port 9092. */
function coordinatorAt(host: string): Buffer {
  const head = Buffer.alloc(4 + 2 + 2 + 4 + 2);
  head.writeInt16BE(-1, 6);
  head.writeInt16BE(host.length, 12);
  const port = Buffer.alloc(4);
  port.writeInt32BE(9092, 0);
  return Buffer.concat([head, Buffer.from(host), port]);
}

function directoryOf(
  context: TestContext,
  brokers: readonly StandIn[],
  requestTimeoutMs = 60_000,
): Directory {
  const addresses = brokers.map(({ address }) => address);
  const directory = new Directory({
    ...linkContext(),
    connection: connectionTo(addresses, { requestTimeoutMs }),
  });
  context.after(() => directory.close());
  return directory;
}

test('brokers that accept connections and never answer hold nobody up, and are asked last afterwards', async (context) => {
  const hung = [await standIn(context), await standIn(context)];
  const alive = await standIn(context, () => coordinatorAt('::1'));
  const directory = directoryOf(context, [...hung, alive]);
  // Times of a request are a minute long: waiting for one would take the test's whole time.
  assert.equal(await directory.coordinatorOf('group', 'a', 'joining'), '[::1]:9092');
  assert.equal(await directory.coordinatorOf('group', 'b', 'joining'), '[::1]:9092');
  const { groupCoordinator } = apiKeys;
  assert.deepEqual(
    [...hung, alive].map(({ asked }) => asked),
    [[groupCoordinator], [groupCoordinator], [groupCoordinator, groupCoordinator]],
  );
});

test('where all of them hang the time of one request is all that it takes', async (context) => {
  const hung = [await standIn(context), await standIn(context), await standIn(context)];
  const directory = directoryOf(context, hung, 300);
  await assert.rejects(directory.coordinatorOf('group', 'a', 'joining'), (error) => {
    assert.ok(error instanceof RmmError && error.code === 'kafka_unreachable');
    assert.match(error.message, /^joining: no broker answers \(.*127\.0\.0\.1/);
    return true;
  });
});

test('what changes something is asked of one broker at a time', async (context) => {
  const brokers = [await standIn(context), await standIn(context)];
  const directory = directoryOf(context, brokers, 1500);
  await assert.rejects(directory.ask('DeleteTopics', { topics: ['t'], timeout: 1 }, 'deleting'));
  assert.deepEqual(
    brokers.map(({ asked }) => asked.length),
    [1, 0],
  );
});
