import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type LifecycleEnd, runLifecycle, type ServiceWork } from '../../../lib/flow/lifecycle.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

/** A promise in the hand of the test. */
function handle() {
  let resolve = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((good, bad) => {
    resolve = good;
    reject = bad;
  });
  return { promise, resolve, reject };
}

/** A service whose every step waits for the test, and what was asked of it, in order. */
function bench() {
  const clock = new FakeClock();
  const steps = { start: handle(), completion: handle(), drain: handle(), close: handle() };
  const told: string[] = [];
  const listeners = new Set<() => void>();
  const work: ServiceWork = {
    start(signal) {
      told.push('start');
      signal.addEventListener('abort', () => told.push('abandon'));
      return steps.start.promise;
    },
    completion: () => steps.completion.promise,
    drain(deadlineMs) {
      told.push(`drain until ${deadlineMs}`);
      return steps.drain.promise;
    },
    close() {
      told.push('close');
      return steps.close.promise;
    },
  };
  let end: LifecycleEnd | undefined;
  void runLifecycle(work, {
    drainTimeoutMs: 30_000,
    clock,
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onPhase: (phase) => told.push(phase),
  }).then((ended) => {
    end = ended;
  });
  return {
    clock,
    steps,
    told,
    listeners,
    async signal() {
      await settle();
      for (const listener of listeners) listener();
      await settle();
    },
    end: async () => {
      await settle();
      return end;
    },
  };
}

test('the first signal drains within the deadline: exit 0', async () => {
  const { clock, steps, told, signal, end, listeners } = bench();
  steps.start.resolve();
  await clock.advance(5_000);
  await signal();
  steps.drain.resolve();
  await settle();
  assert.equal(await end(), undefined);
  steps.close.resolve();
  assert.deepEqual(await end(), { exit: 0, forced: false, error: undefined });
  assert.deepEqual(told, [
    'starting',
    'start',
    'running',
    'draining',
    'drain until 35000',
    'close',
    'stopped',
  ]);
  assert.deepEqual([clock.pending, listeners.size], [0, 0], 'nothing keeps the process alive');
});

test('a second signal forces: exit 130', async () => {
  const { steps, told, signal, end } = bench();
  steps.start.resolve();
  await signal();
  assert.equal(await end(), undefined);
  await signal();
  assert.deepEqual(await end(), { exit: 130, forced: true, error: undefined });
  steps.drain.reject(new Error('too late'));
  await settle();
  assert.equal(told.at(-1), 'stopped');
});

test('the deadline forces, for drain and close together', async () => {
  for (const hanging of ['drain', 'close'] as const) {
    const { clock, steps, signal, end } = bench();
    steps.start.resolve();
    await signal();
    if (hanging === 'close') {
      await clock.advance(20_000);
      steps.drain.resolve();
    }
    await clock.advance(hanging === 'close' ? 9_999 : 29_999);
    assert.equal(await end(), undefined);
    await clock.advance(1);
    assert.deepEqual(await end(), { exit: 130, forced: true, error: undefined }, hanging);
  }
});

test('bounded work that comes to its end: closed, exit 0', async () => {
  const { steps, told, end } = bench();
  steps.start.resolve();
  await settle();
  steps.completion.resolve();
  await settle();
  steps.close.resolve();
  assert.deepEqual(await end(), { exit: 0, forced: false, error: undefined });
  assert.deepEqual(told, ['starting', 'start', 'running', 'draining', 'close', 'stopped']);
});

test('after the end of the work nothing can be lost: a closing that hangs is cut short, exit 0', async () => {
  const { clock, steps, signal, end } = bench();
  steps.start.resolve();
  await settle();
  steps.completion.resolve();
  await settle();
  await signal();
  assert.equal(await end(), undefined, 'the first signal changes nothing');
  await clock.advance(30_000);
  assert.deepEqual(await end(), { exit: 0, forced: true, error: undefined });
});

test('a failure at the start, of the work, of drain or of close: exit 1 with the first error', async () => {
  for (const failing of ['start', 'completion', 'drain', 'close'] as const) {
    const { steps, told, signal, end } = bench();
    const error = new RmmError('disk_full', `in ${failing}`);
    if (failing !== 'start') steps.start.resolve();
    await settle();
    if (failing === 'drain' || failing === 'close') await signal();
    if (failing === 'close') steps.drain.resolve();
    await settle();
    steps[failing].reject(error);
    await settle();
    if (failing !== 'close') {
      assert.equal(await end(), undefined, 'it closes first');
      steps.close.resolve();
    }
    assert.deepEqual(await end(), { exit: 1, forced: false, error }, failing);
    assert.equal(told.filter((what) => what === 'close').length, 1);
    assert.equal(told.filter((what) => what === 'failed').length, 1);
  }
});

test('a failed service whose closing hangs ends at the deadline: exit 1', async () => {
  const { clock, steps, end } = bench();
  const error = new Error('first');
  steps.start.reject(error);
  await clock.advance(30_000);
  assert.deepEqual(await end(), { exit: 1, forced: true, error });
});

test('a signal during the start: it gives up and is closed, or comes through and is drained', async () => {
  const gaveUp = bench();
  await gaveUp.signal();
  gaveUp.steps.start.reject(new RmmError('interrupted', 'stopped'));
  await settle();
  gaveUp.steps.close.resolve();
  assert.deepEqual(await gaveUp.end(), { exit: 0, forced: false, error: undefined });
  assert.deepEqual(gaveUp.told, ['starting', 'start', 'draining', 'abandon', 'close', 'stopped']);

  const cameThrough = bench();
  await cameThrough.signal();
  cameThrough.steps.start.resolve();
  await settle();
  cameThrough.steps.drain.resolve();
  await settle();
  cameThrough.steps.close.resolve();
  assert.equal((await cameThrough.end())?.exit, 0);
  assert.ok(cameThrough.told.includes('drain until 30000') && !cameThrough.told.includes('running'));

  const broke = bench();
  await broke.signal();
  const error = new RmmError('kafka_refused', 'no');
  broke.steps.start.reject(error);
  await settle();
  broke.steps.close.resolve();
  assert.deepEqual(await broke.end(), { exit: 1, forced: false, error });
});

test('a body that throws at once fails like one that rejects', async () => {
  const thrown = new Error('at once');
  const end = await runLifecycle(
    {
      start() {
        throw thrown;
      },
      completion: () => Promise.resolve(),
      drain: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    { drainTimeoutMs: 1_000, clock: new FakeClock(), onSignal: () => () => {} },
  );
  assert.deepEqual(end, { exit: 1, forced: false, error: thrown });
});

test('a signal that came before the service took signals is not lost', async () => {
  const end = await runLifecycle(
    {
      start: () => Promise.resolve(),
      completion: () => new Promise(() => {}),
      drain: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    {
      drainTimeoutMs: 1_000,
      clock: new FakeClock(),
      onSignal(listener) {
        listener();
        return () => {};
      },
    },
  );
  assert.deepEqual(end, { exit: 0, forced: false, error: undefined });
});
