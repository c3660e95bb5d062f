import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { totalOf } from '../../../../lib/flow/partitions/sink-counts.js';
import { settled, soon } from '../../../support/service-context.js';
import { letters, message, sinkWorld } from '../../../support/sink-world.js';

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
