import assert from 'node:assert/strict';
import test from 'node:test';
import {
  readAssignment,
  readOwned,
  writeAssignment,
  writeSubscription,
} from '../../../lib/kafka/kafkajs/group-protocol.js';

// Written by Kafka's Java client 4.3.1: ConsumerProtocol.serializeSubscription (version 1) of topic "ab" with the
// owned partitions 3 and 1, and serializeAssignment of the partitions 0 and 2.
const javaSubscription = Buffer.from(
  '00010000000100026162ffffffff0000000100026162000000020000000100000003',
  'hex',
);
const javaAssignment = Buffer.from('00030000000100026162000000020000000000000002ffffffff', 'hex');

test('what Kafka itself writes is read', () => {
  assert.deepEqual(readOwned(javaSubscription, 'ab'), [1, 3]);
  assert.deepEqual(readOwned(javaSubscription, 'other'), []);
  assert.deepEqual(readAssignment(javaAssignment, 'ab'), [0, 2]);
});

test('what is written is read again', () => {
  assert.deepEqual(readOwned(writeSubscription('topic', [5, 0, 7]), 'topic'), [5, 0, 7]);
  assert.deepEqual(readOwned(writeSubscription('topic', []), 'topic'), []);
  assert.deepEqual(readAssignment(writeAssignment('topic', [4, 2]), 'topic'), [4, 2]);
});

test('the oldest version, a cut-off one and nothing at all have no partitions', () => {
  const oldest = Buffer.from('0000' + '00000001' + '00026162' + '00000000', 'hex');
  assert.deepEqual(readOwned(oldest, 'ab'), []);
  for (let length = 0; length < javaSubscription.length; length += 1)
    assert.deepEqual(readOwned(javaSubscription.subarray(0, length), 'ab'), []);
  assert.deepEqual(readAssignment(Buffer.alloc(0), 'ab'), []);
});
