import assert from 'node:assert/strict';
import test from 'node:test';
import { stableOffsetFetch } from '../../../lib/kafka/kafkajs/offset-fetch.js';

/** Bytes of hexadecimal digits in pieces. */
const hex = (...pieces: string[]) => Buffer.from(pieces.join(''), 'hex');

test('a request asks for stable offsets', () => {
  assert.deepEqual(
    stableOffsetFetch('g', 'ab', [3]).body,
    hex('00', '0267', '02', '036162', '02', '00000003', '00', '01', '00'),
  );
});

test('an answer is read: positions with their text, none, error numbers, fields that are not known', () => {
  const first = ['00000003', '0000000000000007', 'ffffffff', '025b', '0000', '00'];
  // Nothing committed, with an error and one field that only a newer version knows.
  const second = ['00000004', 'ffffffffffffffff', 'ffffffff', '01', '0058', '01', '05', '02', 'aabb'];
  const { codes, committed } = stableOffsetFetch('g', 'ab', [3, 4]).read(
    hex('00', '00000000', '02', '036162', '03', ...first, ...second, '00', '0000', '00'),
  );
  assert.deepEqual(codes, [0, 88, 0]);
  assert.deepEqual([...committed], [[3, { offset: 7, metadata: '[' }]]);
});
