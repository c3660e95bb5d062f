import assert from 'node:assert/strict';
import test from 'node:test';
import { describeTransaction, outcomeOf } from '../../../lib/kafka/kafkajs/transaction-state.js';

/** Bytes of hexadecimal digits in pieces. */
const hex = (...pieces: string[]) => Buffer.from(pieces.join(''), 'hex');
const text = (value: string) =>
  hex((value.length + 1).toString(16).padStart(2, '0')).toString('hex') + Buffer.from(value).toString('hex');

test('a request asks for one transactional id', () => {
  const { key, version, body } = describeTransaction('tx');
  assert.deepEqual([key, version], [65, 0]);
  assert.deepEqual(body, hex('00', '02', text('tx'), '00'));
});

test('the state is read out of an answer, or why there is none', () => {
  const answer = (code: string, state: string) =>
    hex(
      '00',
      '00000000',
      '02',
      code,
      text('tx'),
      text(state),
      '0000ea60',
      'ffffffffffffffff',
      '0000000000000007',
      '0001',
      '01',
      '00',
      '00',
    );
  const { read } = describeTransaction('tx');
  assert.deepEqual(read(answer('0000', 'CompleteCommit')), { code: 0, state: 'CompleteCommit' });
  assert.deepEqual(read(answer('0069', '')), { code: 105, state: '' });
});

test('a transaction that is open when its id is taken over is aborted; one that is decided ends as decided', () => {
  const outcomes = Object.fromEntries(
    [
      '',
      'Empty',
      'Ongoing',
      'PrepareCommit',
      'PrepareAbort',
      'CompleteCommit',
      'CompleteAbort',
      'PrepareEpochFence',
    ].map((state) => [state, outcomeOf(state)]),
  );
  assert.deepEqual(outcomes, {
    '': undefined,
    Empty: undefined,
    Ongoing: 'abort',
    PrepareCommit: 'commit',
    PrepareAbort: 'abort',
    CompleteCommit: 'commit',
    CompleteAbort: 'abort',
    PrepareEpochFence: 'abort',
  });
});
