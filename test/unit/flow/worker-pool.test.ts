import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { WorkerPool } from '../../../lib/flow/worker-pool.js';

const module = new URL('./echo-worker.js', import.meta.url);

async function withPool(
  size: number,
  body: (pool: WorkerPool) => Promise<void>,
  stallTimeoutMs = 60_000,
): Promise<void> {
  const describe = (task: unknown) => `task ${(task as { value: number }).value}`;
  const pool = new WorkerPool({ size, module, stallTimeoutMs, describe });
  try {
    await body(pool);
  } finally {
    await pool.close();
  }
}

test('every task is done once and reports its steps', () =>
  withPool(2, async (pool) => {
    const results: number[] = [];
    const steps: number[] = [];
    const tasks = Array.from({ length: 20 }, (_, value) => ({ value }));
    await pool.runAll<{ value: number }, number>(tasks, {
      onResult: (result, task) => {
        assert.equal(result, task.value * 2);
        results.push(result);
      },
      onStep: (step) => steps.push(step as number),
    });
    assert.deepEqual(
      results.sort((a, b) => a - b),
      tasks.map(({ value }) => value * 2),
    );
    assert.equal(steps.length, 20);
  }));

test('an error keeps its code and context across the thread, and no further task starts', () =>
  withPool(1, async (pool) => {
    const done: number[] = [];
    const tasks = [{ value: 1 }, { value: 2, do: 'fail' }, { value: 3 }];
    await assert.rejects(
      pool.runAll<(typeof tasks)[0], number>(tasks, { onResult: (result) => done.push(result) }),
      (error: unknown) =>
        error instanceof RmmError && error.code === 'disk_full' && error.context.path === 'x',
    );
    assert.deepEqual(done, [2]);
  }));

test('a defect in a worker is an internal error', () =>
  withPool(1, async (pool) => {
    await assert.rejects(pool.run({ value: 1, do: 'throw' }), {
      code: 'internal_invariant',
      message: 'a defect',
    });
  }));

test('a thread that dies rejects its task, and a pool without threads rejects those that wait', () =>
  withPool(1, async (pool) => {
    const dying = pool.run({ value: 1, do: 'die' });
    const waiting = pool.run({ value: 2 });
    await assert.rejects(dying, { code: 'worker_lost' });
    await assert.rejects(waiting, { code: 'worker_lost' });
  }));

test('an abort starts no further task and awaits the one in work', () =>
  withPool(1, async (pool) => {
    const controller = new AbortController();
    const done: number[] = [];
    const tasks = [{ value: 1, do: 'wait' }, { value: 2 }];
    const running = pool.runAll<(typeof tasks)[0], number>(tasks, {
      onResult: (result) => done.push(result),
      signal: controller.signal,
    });
    controller.abort(new Error('stop'));
    await assert.rejects(running, { message: 'stop' });
    assert.deepEqual(done, [2]);
  }));

test('a gate holds what has not begun, and an abort is heard before it', () =>
  withPool(2, async (pool) => {
    const controller = new AbortController();
    const done: number[] = [];
    let closed: Promise<void> | undefined;
    let open = () => {};
    const close = () => {
      closed = new Promise((resolve) => {
        open = () => {
          closed = undefined;
          resolve();
        };
      });
    };
    const runAll = () =>
      pool.runAll<{ value: number }, number>([{ value: 1 }, { value: 2 }, { value: 3 }], {
        onResult: (result) => done.push(result),
        gate: () => closed,
        signal: controller.signal,
      });
    close();
    const held = runAll();
    await pool.run({ value: 0 });
    assert.deepEqual(done, []);
    open();
    await held;
    assert.equal(done.length, 3);
    close();
    const aborted = runAll();
    controller.abort(new Error('stop'));
    open();
    await assert.rejects(aborted, { message: 'stop' });
    assert.equal(done.length, 3, 'nothing of the second began');
  }));

test('a task that hangs is ended and named, and the other thread goes on', () =>
  withPool(
    2,
    async (pool) => {
      const hanging = pool.run({ value: 7, do: 'hang' });
      await assert.rejects(
        hanging,
        (error: unknown) =>
          error instanceof RmmError && error.code === 'task_stalled' && /task 7/.test(error.message),
      );
      assert.equal(await pool.run({ value: 2 }), 4);
    },
    500,
  ));
