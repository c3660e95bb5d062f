import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FetchedMessage } from '../../../lib/kafka/client.js';
import type { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import type { Link } from '../../../lib/kafka/kafkajs/link.js';
import { Links } from '../../../lib/kafka/kafkajs/links.js';
import { KafkajsReader } from '../../../lib/kafka/kafkajs/reader.js';
import type { RecordBatch } from '../../../lib/kafka/kafkajs/record-batch.js';
import { linkContext } from '../../support/kafka/stand-in.js';

const zigzag = (value: number) => 2 * value;

/** Records whose values are short texts, without keys and headers. */
function records(values: readonly string[]): Buffer {
  const bytes = values.flatMap((value, at) => {
    const body = [0, zigzag(0), zigzag(at), 1, zigzag(value.length), ...Buffer.from(value), 0];
    return [zigzag(body.length), ...body];
  });
  return Buffer.from(bytes);
}

function batch(baseOffset: number, count: number, codec: number, bytes: Buffer): RecordBatch {
  return {
    baseOffset,
    lastOffset: baseOffset + count - 1,
    codec,
    isTransactional: false,
    isControl: false,
    baseTimestampMs: 1000,
    appendTimestampMs: undefined,
    producerId: -1,
    count,
    records: bytes,
  };
}

const batches = [
  batch(5, 2, 0, records(['a', 'b'])),
  batch(7, 3, 2, Buffer.from('snappy')),
  batch(10, 1, 1, Buffer.from('no gzip')),
  batch(11, 2, 0, records(['c', 'd']).subarray(0, 12)),
  batch(13, 1, 1, gzipSync(records(['e']))),
];

/** What a reader gives of these batches from an offset on. */
async function read(context: test.TestContext, offset: number) {
  const answer = {
    errorCode: 0,
    lastStableOffset: 20,
    firstOffset: 0,
    aborted: [],
    batches,
    recordBytes: 500,
    clientSideThrottleTime: 0,
  };
  context.mock.method(Links.prototype, 'to', async () => ({ fetch: async () => answer }) as unknown as Link);
  const directory = { leaderOf: async () => 'b:1', forgetTopic: () => undefined } as unknown as Directory;
  const reader = new KafkajsReader(linkContext(), directory, 'events', 0);
  return await reader.fetch({ offset, maxBytes: 1e6, maxWaitMs: 1 });
}

function inShort({ offset, value, unreadable }: FetchedMessage): string {
  return `${offset} ${unreadable === undefined ? String(value) : 'unreadable'}`;
}

test('batches that cannot be unpacked hold nobody up: a message for each offset says so', async (context) => {
  const { messages, nextOffset } = await read(context, 5);
  assert.equal(nextOffset, 14);
  assert.deepEqual(messages.map(inShort), [
    '5 a',
    '6 b',
    ...[7, 8, 9, 10, 11, 12].map((offset) => `${offset} unreadable`),
    '13 e',
  ]);
  const reasons = messages.map(({ unreadable }) => unreadable);
  assert.match(reasons[2]!, /compressed in a way that is not read here .*snappy/);
  assert.match(reasons[5]!, /does not decompress/);
  assert.match(reasons[6]!, /damaged: record 1 of 2 is cut off/);
  const { offset: _, unreadable: __, ...rest } = messages[2]!;
  assert.deepEqual(rest, { timestampMs: 1000, key: null, value: null, headers: new Map() });
});

test('so it is from within such a batch', async (context) => {
  const { messages } = await read(context, 9);
  assert.deepEqual(messages.map(inShort).slice(0, 2), ['9 unreadable', '10 unreadable']);
});
