import assert from 'node:assert/strict';
import test from 'node:test';
import { totalOf } from '../../../../lib/flow/partitions/sink-counts.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { settled } from '../../../support/service-context.js';
import { letters, sinkWorld, windows } from '../../../support/sink-world.js';

test('where input stays away an open window is written after a while, and grows with what comes later', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  let nowMs = 0;
  const more: Partial<SinkOptions> = { writeAfterMs: 100, nowMs: () => nowMs };
  await letters(cluster, 'abc?');
  const looks: number[] = [];
  const news: number[] = [];
  const copy = start('one', {
    ...more,
    observe: {
      looked: (partition, position) => partition === 0 && looks.push(position),
      written: (_, events) => news.push(events),
    },
  });
  // Two windows of two messages each; one more stands open.
  await letters(cluster, '?');
  await settled(() => looks.filter((position) => position === 10).length > 3);
  assert.deepEqual([...files.keys()], ['0.0', '0.1'], 'not before its time');
  nowMs = 100;
  await settled(() => committed()?.offset === 10);
  assert.equal(files.get('0.2'), '');
  assert.equal(cluster.committed('dead')[0]!.length, 2);
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 5, events: 30 });
  // With nothing new nothing is written.
  nowMs = 1000;
  const before = looks.length;
  await settled(() => looks.length > before + 3);
  assert.deepEqual(news, [20, 10, 0]);
  await letters(cluster, 'd');
  await settled(() => committed()?.offset === 12);
  assert.equal(files.get('0.2'), 'd');
  assert.deepEqual(news, [20, 10, 0, 10]);
  assert.equal(cluster.committed('dead')[0]!.length, 2);
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 6, events: 40 });
  await end(copy);
});

test('another copy reads a window that was written open from its beginning and writes it once it has more', async () => {
  const { cluster, disk, files, start, committed, end } = sinkWorld();
  let nowMs = 0;
  const more: Partial<SinkOptions> = { writeAfterMs: 100, nowMs: () => nowMs };
  // Windows of eight offsets here: four messages.
  const wide = { ...more, windowOffsets: 8, open: windows(disk, [], 8) };
  await letters(cluster, 'a?');
  const first = start('one', wide);
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 4;
  });
  assert.equal(files.get('0.0'), 'a');
  await letters(cluster, 'b');
  await settled(() => {
    nowMs += 50;
    return committed()?.offset === 6;
  });
  assert.equal(files.get('0.0'), 'ab');
  await end(first);
  files.delete('0.0');
  const looks: number[] = [];
  const news: (readonly number[])[] = [];
  const second = start('two', {
    ...wide,
    observe: {
      looked: (partition, position) => partition === 0 && looks.push(position),
      written: (_, events, bytes) => news.push([events, bytes]),
    },
  });
  await settled(() => {
    nowMs += 50;
    return looks.filter((position) => position === 6).length > 3;
  });
  assert.deepEqual([...files], [], 'what is in files already is not written again');
  await letters(cluster, 'c');
  await settled(() => committed()?.offset === 8);
  assert.equal(files.get('0.0'), 'abc');
  assert.equal(cluster.committed('dead')[0]!.length, 1, 'the dead letter went out with the first copy');
  assert.deepEqual(news, [[10, 1]], 'what the first copy wrote is no news: a third of the three bytes is');
  assert.deepEqual(totalOf(committed()!.metadata), { messages: 4, events: 30 });
  await end(second);
});
