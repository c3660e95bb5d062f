import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { openFeed } from '../../../../lib/flow/partitions/partition-feed.js';
import type { Fetched, PartitionReader } from '../../../../lib/kafka/client.js';

/** A reader that answers what the test puts in, and remembers what it was asked. */
function scripted(answers: (Fetched | Error)[]) {
  const asked: number[] = [];
  let isClosed = false;
  const reader: PartitionReader = {
    topic: 't',
    partition: 0,
    async fetch({ offset }) {
      asked.push(offset);
      const answer = answers.shift();
      if (answer === undefined) return new Promise<never>(() => {});
      if (answer instanceof Error) throw answer;
      return answer;
    },
    async close() {
      isClosed = true;
    },
  };
  return { reader, asked, isClosed: () => isClosed };
}

const options = { fetchBytes: 100, maxWaitMs: 10 };
const upTo = (nextOffset: number, endOffset: number): Fetched => ({ messages: [], nextOffset, endOffset });

test('one fetch is under way while another is worked on, and never more', async () => {
  const { reader, asked } = scripted([upTo(5, 20), upTo(9, 20), upTo(15, 20)]);
  const feed = openFeed(reader, 0, options);
  assert.equal((await feed.next()).nextOffset, 5);
  assert.deepEqual(asked, [0, 5]);
  assert.equal((await feed.next()).nextOffset, 9);
  assert.deepEqual(asked, [0, 5, 9]);
});

test('at the end of what there is it waits for the caller, who may have to write an end', async () => {
  const { reader, asked } = scripted([upTo(5, 5), upTo(5, 5), upTo(6, 6)]);
  const feed = openFeed(reader, 0, options);
  await feed.next();
  await feed.next();
  assert.deepEqual(asked, [0, 5]);
  assert.equal((await feed.next()).nextOffset, 6);
});

test('an error of the fetch under way comes where it is awaited, and disturbs nobody before', async () => {
  const { reader } = scripted([upTo(5, 20), new RmmError('kafka_unreachable', 'gone')]);
  const feed = openFeed(reader, 0, options);
  await feed.next();
  await new Promise((resolve) => setImmediate(resolve));
  await assert.rejects(feed.next(), { code: 'kafka_unreachable' });
});

test('closing waits for the fetch under way, whatever becomes of it', async () => {
  const { reader, isClosed } = scripted([upTo(5, 20), new RmmError('kafka_closed', 'closed')]);
  const feed = openFeed(reader, 0, options);
  await feed.next();
  await feed.close();
  assert.ok(isClosed());
});
