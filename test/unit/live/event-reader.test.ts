import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import { EventReader } from '../../../services/live/scores/event-reader.js';
import type { TopEntry } from '../../../services/live/scores/score-board.js';
import type { TaskThread } from '../../../services/live/scores/task-thread.js';
import type { EventPictures } from '../../../services/live/scores/tasks.js';

function world(noMatrix = '') {
  const drawn: string[] = [];
  const state = {
    threads: 0,
    fault: undefined as RmmError | undefined,
    held: undefined as Promise<void> | undefined,
  };
  const open = (): TaskThread => {
    state.threads += 1;
    return {
      async run<Result>(task: unknown) {
        const { id } = (task as TopEntry).view;
        drawn.push(id);
        await state.held;
        if (state.fault !== undefined) throw state.fault;
        const detail = {
          id,
          noDisplay: 'no input file on this machine',
          noMatrix,
          objects: [],
          met: undefined,
          cells: [],
        };
        return { detail, display: '', matrix: '' } satisfies EventPictures as Result;
      },
      close: async () => undefined,
    };
  };
  const entryOf = async (id: string) => (id === 'gone' ? undefined : ({ view: { id } } as TopEntry));
  return { reader: new EventReader({ entryOf, open }), drawn, state };
}

test('an event is drawn once, however many ask for it and for its pictures', async () => {
  const { reader, drawn, state } = world();
  assert.equal(await reader.event('gone', false), undefined);
  assert.equal(state.threads, 0, 'no thread without an event');
  await Promise.all(Array.from({ length: 100 }, () => reader.event('a', false)));
  await reader.event('a', true);
  await reader.event('a', false);
  assert.deepEqual([drawn, state.threads], [['a'], 1]);
  // Several people look at events of their own.
  await reader.event('b', false);
  for (const id of ['a', 'b', 'a', 'b']) await reader.event(id, true);
  assert.deepEqual(drawn, ['a', 'b']);
  for (let more = 0; more < 20; more += 1) await reader.event(String(more), false);
  await reader.event('a', false);
  assert.equal(drawn.length, 23, 'few are kept');
});

test('where features are missing its pictures are those of the facts; shown again they are sought again', async () => {
  const { reader, drawn } = world('features does not hold the event');
  await reader.event('a', false);
  await reader.event('a', true);
  assert.deepEqual(drawn, ['a']);
  await reader.event('a', false);
  assert.deepEqual(drawn, ['a', 'a']);
});

test('so many events wait and no more', async () => {
  const { reader, drawn, state } = world();
  let letGo = () => {};
  state.held = new Promise((resolve) => {
    letGo = resolve;
  });
  const asked = Array.from({ length: 24 }, (_, at) => reader.event(String(at), false));
  assert.equal(await reader.event('one more', false), 'busy');
  letGo();
  await Promise.all(asked);
  assert.equal(drawn.length, 24);
  assert.notEqual(await reader.event('one more', false), 'busy');
});

test('a thread that is lost costs its event and no other', async () => {
  const { reader, state } = world();
  state.fault = new RmmError('task_stalled', 'no step');
  await assert.rejects(reader.event('a', false), /no step/);
  state.fault = undefined;
  assert.notEqual(await reader.event('a', false), undefined);
  assert.equal(state.threads, 2);
});

test('an event of the run before is not shown as one of this run', async () => {
  const { reader, drawn, state } = world();
  let letGo = () => {};
  state.held = new Promise((resolve) => {
    letGo = resolve;
  });
  const before = reader.event('a', false);
  await turn();
  reader.restart();
  letGo();
  await before;
  await reader.event('a', false);
  assert.deepEqual(drawn, ['a', 'a']);
});
