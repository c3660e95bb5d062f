import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { totalOf } from '../../../../lib/flow/partitions/sink-counts.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { settled, soon } from '../../../support/service-context.js';
import { letters, message, sinkWorld, windows } from '../../../support/sink-world.js';

test('a window is written once the position is behind it, and its position committed after that', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'abcde');
  const copy = start('one');
  await settled(() => committed()?.offset === 8);
  assert.deepEqual(
    [...files],
    [
      ['0.0', 'ab'],
      ['0.1', 'cd'],
    ],
  );
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 4, events: 40 });
  await letters(cluster, 'f');
  await settled(() => committed()?.offset === 12);
  assert.equal(files.get('0.2'), 'ef');
  await end(copy);
});

test('an unfinished window is read again from its beginning', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'abc');
  const first = start('one');
  await settled(() => first.added.includes('c'));
  await end(first);
  await letters(cluster, 'd');
  const second = start('two');
  await settled(() => committed()?.offset === 8);
  assert.deepEqual(second.added, ['c', 'd']);
  assert.equal(files.get('0.1'), 'cd');
  await end(second);
});

test('windows without a message leave no file, only a position', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  const producer = await cluster.client('empty').producer('empty');
  for (let round = 0; round < 6; round += 1)
    await producer
      .transaction(async (transaction) => {
        await transaction.send('in', 0, [message('x')]);
        throw new Error('aborted');
      })
      .catch(() => {});
  await letters(cluster, 'a');
  const copy = start('one');
  await settled(() => committed()?.offset === 12);
  assert.deepEqual([...files], []);
  await letters(cluster, 'bcd');
  await settled(() => committed()?.offset === 20);
  assert.deepEqual(
    [...files],
    [
      ['0.3', 'ab'],
      ['0.4', 'cd'],
    ],
  );
  await end(copy);
});

test('at the end of the input the last window is written and the end put on record with the position', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'abc');
  let endOfInput = 5;
  const copy = start('one', { endOfInput: (partition) => (partition === 0 ? endOfInput : 0) });
  const recorded = () => cluster.committed('record')[0]!.map(({ key }) => key);
  await settled(() => recorded().length === 2);
  assert.equal(files.get('0.1'), 'c');
  assert.ok(recorded().includes('0:5:3:30') && recorded().includes('1:0:0:0'));
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 3, events: 30 });
  // A dead letter was re-driven: the end moves, and the window is made again with what was added.
  await letters(cluster, 'd');
  endOfInput = 7;
  await settled(() => recorded().length === 3);
  assert.equal(files.get('0.1'), 'cd');
  assert.equal(recorded()[2], '0:7:4:40');
  await end(copy);
});

test('a copy that comes when all is settled writes nothing', async () => {
  const { cluster, start, end } = sinkWorld();
  await letters(cluster, 'abc');
  const endOfInput = (partition: number) => (partition === 0 ? 5 : 0);
  const first = start('one', { endOfInput });
  await settled(() => cluster.committed('record')[0]!.length === 2);
  await end(first);
  const before = cluster.log('record', 0).length;
  const second = start('two', { endOfInput, isSettled: () => true });
  for (let turn = 0; turn < 200; turn += 1) await soon();
  assert.deepEqual(second.added, []);
  assert.equal(cluster.log('record', 0).length, before);
  await end(second);
});

test('a partition that is written out has no lag, nor has one that a later copy finds so', async () => {
  const { cluster, start, end } = sinkWorld();
  await letters(cluster, 'abc');
  const endOfInput = (partition: number) => (partition === 0 ? 5 : 0);
  const lags: number[] = [];
  const observe: SinkOptions['observe'] = {
    looked: (partition, position, behind) => partition === 0 && lags.push(behind - position),
  };
  const first = start('one', { endOfInput, observe });
  await settled(() => cluster.committed('record')[0]!.length === 2 && lags.at(-1) === 0);
  assert.ok(
    lags.some((lag) => lag > 0),
    'its last look had messages',
  );
  await end(first);
  lags.length = 0;
  const second = start('two', { endOfInput, observe, isSettled: () => true });
  await settled(() => lags.length > 0);
  assert.deepEqual(new Set(lags), new Set([0]));
  await end(second);
});

test('a message is taken in once, its letter told with the commit, and what it waited for is no work', async () => {
  const { cluster, disk, start, committed, end } = sinkWorld();
  let nowMs = 0;
  const told: (string | number)[] = [];
  const more: Partial<SinkOptions> = {
    writeAfterMs: 100,
    windowOffsets: 8,
    nowMs: () => nowMs,
    open: (window, tenure) => {
      const found = windows(disk, [], 8)(window, tenure);
      return {
        ...found,
        prepare: () => found.prepare(),
        add(message, isRepeated, waited) {
          nowMs += 7;
          waited(4);
          return found.add(message, isRepeated, waited);
        },
      };
    },
    observe: {
      added: (_, events, __, seconds) => told.push(`added ${events}`, seconds),
      repeated: (_, seconds) => told.push('repeated', seconds),
      committed: (partition, _, sent) => partition === 0 && told.push(`letters ${sent.length}`),
    },
  };
  await letters(cluster, 'a?');
  const first = start('one', more);
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 4;
  });
  await end(first);
  assert.deepEqual(told, ['added 10', 0.003, 'added 0', 0.003, 'letters 1']);
  told.length = 0;
  await letters(cluster, 'b');
  const second = start('two', more);
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 6;
  });
  await end(second);
  // What was refused is not asked about again.
  assert.deepEqual(told, ['repeated', 0.003, 'repeated', 0, 'added 10', 0.003, 'letters 0']);
});

test('messages that cannot be used go out with the position behind their window', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'a?b');
  const copy = start('one');
  await settled(() => committed()?.offset === 4);
  assert.equal(files.get('0.0'), 'a');
  assert.equal(cluster.committed('dead')[0]!.length, 1);
  await end(copy);
});

test('what is about to be written is announced before, once for each window', async () => {
  const { cluster, start, committed, end } = sinkWorld();
  await letters(cluster, 'abc');
  let isFull = true;
  const asked: number[] = [];
  const copy = start('one', {
    announce: (partition, to) => {
      if (partition === 0) asked.push(to);
      const key = `${partition}:${to}`;
      const known = cluster.committed('record')[0]!.some((record) => record.key === key);
      return known ? undefined : { topic: 'record', messages: [message(key)] };
    },
    open: () => ({
      add: () => 1,
      prepare: () => ({
        bytes: 1,
        files: [
          {
            publish: () => {
              const recorded = cluster.committed('record')[0]!.map(({ key }) => key);
              assert.ok(recorded.includes('0:4'), 'on record before the file is there');
              if (isFull) throw new RmmError('disk_full', 'no room');
            },
            abort: () => {},
          },
        ],
      }),
      deadLetters: () => [],
    }),
  });
  await settled(() => asked.length > 3);
  isFull = false;
  await settled(() => committed()?.offset === 4);
  assert.equal(cluster.committed('record')[0]!.length, 1);
  assert.ok(asked.every((to) => to === 4));
  await end(copy);
});
