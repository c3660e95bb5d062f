import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { ScoreReader } from '../../../services/live/scores/score-reader.js';
import type { TaskThread } from '../../../services/live/scores/task-thread.js';
import type { BoardTask } from '../../../services/live/scores/tasks.js';
import type { ScoresSection } from '../../../services/live/shared/snapshot.js';

/** Threads that count files, and end with those of `deadly` as often as it says. */
function world(deadly: Record<string, number>) {
  const threads: string[][] = [];
  const told: string[] = [];
  const sections: [files: number, unreadable: number][] = [];
  const open = (): TaskThread => {
    const taken: string[] = [];
    threads.push(taken);
    let isLost = false;
    return {
      async run<Result>(input: unknown) {
        const task = input as BoardTask;
        if (isLost) throw new RmmError('worker_lost', 'the thread is gone');
        if (task.kind === 'take') {
          const left = deadly[task.path] ?? 0;
          if (left > 0) {
            deadly[task.path] = left - 1;
            isLost = true;
            throw new RmmError('task_stalled', `${task.path} is not read`);
          }
          taken.push(task.path);
        }
        return { files: taken.length, unreadable: 0 } as Result;
      },
      close: async () => undefined,
    };
  };
  const reader = new ScoreReader({
    open,
    onSection: ({ files, unreadable }: ScoresSection) => sections.push([files, unreadable]),
    onTrouble: () => undefined,
    onEnd: (why) => told.push(why),
  });
  return { reader, threads, told, sections };
}

test('where the thread is lost another one reads all files, that with which it was lost too', async () => {
  const { reader, threads, sections, told } = world({ b: 1 });
  for (const path of ['a', 'b', 'c']) reader.take(path);
  await reader.settle();
  assert.deepEqual(threads, [['a'], ['a', 'b', 'c']]);
  assert.deepEqual(sections.at(-1), [3, 0]);
  reader.take('d');
  await reader.settle();
  assert.deepEqual([threads.length, sections.at(-1), told], [2, [4, 0], []]);
});

test('a file with which it is lost again is left out and counted', async () => {
  const { reader, threads, sections, told } = world({ b: 99 });
  for (const path of ['a', 'b', 'c']) reader.take(path);
  await reader.settle();
  assert.deepEqual(threads, [['a'], ['a'], ['a', 'c']]);
  assert.deepEqual([sections.at(-1), told], [[2, 1], []]);
});

test('losses without end are told, and end it; another run is read', async () => {
  const { reader, threads, told } = world({ a: 99, b: 99, c: 99, d: 99 });
  for (const path of ['a', 'b', 'c', 'd', 'e']) reader.take(path);
  await reader.settle();
  assert.deepEqual(told, ['c is not read']);
  assert.equal(await reader.entry('0123456789abcdef'), undefined);
  const before = threads.length;
  reader.take('f');
  await reader.settle();
  assert.equal(threads.length, before);
  reader.restart();
  reader.take('e');
  await reader.settle();
  assert.deepEqual(threads.slice(before), [['e']]);
});
