import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type RetryState, retrying, sleep } from '../../../lib/flow/backoff.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const unreachable = () => new RmmError('kafka_unreachable', 'no broker answers');
const failed = () => new RmmError('kafka_request_failed', 'broker 1 said no');

function isCode(code: string) {
  return (error: unknown) => error instanceof RmmError && error.code === code;
}

/** Throws the errors one after the other, then succeeds; notes when it was called. */
function failing(clock: FakeClock, errors: readonly unknown[]) {
  const callsMs: number[] = [];
  const action = async () => {
    callsMs.push(clock.steadyMs());
    const error = errors[callsMs.length - 1];
    if (error !== undefined) throw error;
    return 'done';
  };
  return { action, callsMs };
}

test('tries again with growing pauses and says once how it stands', async () => {
  const clock = new FakeClock();
  const states: RetryState[] = [];
  const { action, callsMs } = failing(clock, [unreachable(), unreachable(), failed(), failed()]);
  const result = retrying(action, {
    signal: new AbortController().signal,
    random: () => 1 / 3,
    clock,
    firstMs: 150,
    maxMs: 300,
    onState: (state) => states.push(state),
  });
  await clock.advance(10_000);
  assert.equal(await result, 'done');
  assert.deepEqual(callsMs.map(Math.round), [0, 100, 300, 500, 700]);
  const sinceMs = new FakeClock().wallMs();
  assert.deepEqual(
    states.map((state) => [state.state, state.attempts, state.state === 'failing' ? state.error.code : '']),
    [
      ['failing', 1, 'kafka_unreachable'],
      ['failing', 3, 'kafka_request_failed'],
      ['recovered', 4, ''],
    ],
  );
  assert.ok(states.every((state) => state.sinceMs === sinceMs));
});

test('success at once says nothing and waits for nothing', async () => {
  const clock = new FakeClock();
  const { action } = failing(clock, []);
  const signal = new AbortController().signal;
  const onState = () => assert.fail('nothing changed');
  assert.equal(await retrying(action, { signal, random: () => 0, clock, onState }), 'done');
  assert.equal(clock.pending, 0);
});

test('what time does not mend is thrown on as it is', async () => {
  const clock = new FakeClock();
  for (const error of [
    new RmmError('kafka_refused', 'wrong password'),
    new RmmError('interrupted', 'by somebody else'),
    new TypeError('a defect'),
  ]) {
    const { action, callsMs } = failing(clock, [error]);
    await assert.rejects(
      retrying(action, { signal: new AbortController().signal, random: () => 0, clock }),
      (thrown) => thrown === error,
    );
    assert.equal(callsMs.length, 1);
  }
});

test('the caller may know better which errors pass', async () => {
  const clock = new FakeClock();
  const fenced = new RmmError('kafka_fenced', 'another copy works on it');
  const { action, callsMs } = failing(clock, [fenced]);
  const retryable = (error: RmmError) => error.code !== 'kafka_fenced';
  const signal = new AbortController().signal;
  await assert.rejects(
    retrying(action, { signal, random: () => 0, clock, retryable }),
    isCode('kafka_fenced'),
  );
  assert.equal(callsMs.length, 1);
});

test('a limit of tries throws the last error', async () => {
  const clock = new FakeClock();
  const { action, callsMs } = failing(clock, [unreachable(), unreachable(), failed(), failed()]);
  const result = retrying(action, {
    signal: new AbortController().signal,
    random: () => 0,
    clock,
    maxAttempts: 3,
  });
  result.catch(() => {});
  await clock.advance(10_000);
  await assert.rejects(result, isCode('kafka_request_failed'));
  assert.equal(callsMs.length, 3);
});

test('stopped before a try, in a pause, and by an action that heard it itself', async () => {
  const clock = new FakeClock();
  const before = new AbortController();
  before.abort();
  const never = failing(clock, []);
  await assert.rejects(
    retrying(never.action, { signal: before.signal, random: () => 0, clock }),
    isCode('interrupted'),
  );
  assert.equal(never.callsMs.length, 0);

  const inPause = new AbortController();
  const { action, callsMs } = failing(clock, [unreachable(), unreachable()]);
  const result = retrying(action, {
    signal: inPause.signal,
    random: () => 0,
    clock,
    firstMs: 60_000,
    maxMs: 60_000,
  });
  result.catch(() => {});
  await settle();
  assert.equal(clock.pending, 1);
  inPause.abort();
  await assert.rejects(result, isCode('interrupted'));
  assert.deepEqual([callsMs.length, clock.pending], [1, 0]);

  const inside = new AbortController();
  const own = retrying(
    async () => {
      inside.abort();
      throw unreachable();
    },
    { signal: inside.signal, random: () => 0, clock },
  );
  await assert.rejects(own, isCode('interrupted'));
});

test('a sleep leaves no listener and no timer behind', async () => {
  const clock = new FakeClock();
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners += 1;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...given);
  };
  for (let round = 0; round < 3; round += 1) {
    const slept = sleep(1_000, signal, clock);
    await clock.advance(1_000);
    await slept;
  }
  assert.deepEqual([listeners, clock.pending], [0, 0]);
  controller.abort();
  await assert.rejects(sleep(1, signal, clock), isCode('interrupted'));
  assert.deepEqual([listeners, clock.pending], [0, 0]);
});
