import assert from 'node:assert/strict';
import test from 'node:test';
import { stallReport } from '../../../lib/flow/stall-report.js';
import { StallWatch, stallText } from '../../../lib/flow/stall-watch.js';
import { createHealth } from '../../../lib/telemetry/health.js';
import { FakeClock } from '../../support/fake-clock.js';

const timeoutMs = 120_000;

/** A watch of partitions 0 to 3. */
function watchOf(topic: string): StallWatch {
  const watch = new StallWatch(topic, timeoutMs);
  watch.assigned([0, 1, 2, 3]);
  return watch;
}

/** Stalled partitions at a time in seconds. */
function stalledAt(watch: StallWatch, second: number): number[] {
  return watch.stalls(second * 1_000).map(({ partition }) => partition);
}

test('lag without progress for the time-out is a stall; progress or no lag is none', () => {
  const watch = watchOf('P.features');
  for (let second = 0; second <= 130; second += 10) {
    watch.seen(0, { position: 5, end: 47 }, second * 1_000);
    watch.seen(1, { position: second, end: 1_000 }, second * 1_000);
    watch.seen(2, { position: 9, end: 9 }, second * 1_000);
    assert.deepEqual(stalledAt(watch, second), second < 120 ? [] : [0], `after ${second} s`);
  }
  const [stall] = watch.stalls(130_000);
  assert.equal(
    stallText(stall!),
    'partition 0 of P.features makes no progress for 130 s while 42 messages wait',
  );
});

test('a loop that hangs and reports nothing more is seen by time alone', () => {
  const watch = watchOf('P.features');
  watch.seen(3, { position: 0, end: 1 }, 0);
  assert.deepEqual(stalledAt(watch, 119), []);
  const [stall] = watch.stalls(150_500);
  assert.equal(
    stallText(stall!),
    'partition 3 of P.features makes no progress for 150 s while 1 message waits',
  );
});

test('a long idle time is no wait: it begins with the first message', () => {
  const watch = watchOf('P.features');
  watch.seen(0, { position: 7, end: 7 }, 0);
  watch.seen(0, { position: 7, end: 8 }, 1_000_000);
  assert.deepEqual(stalledAt(watch, 1_119), []);
  assert.deepEqual(stalledAt(watch, 1_120), [0]);
});

test('a stall ends when nothing waits, or once work has gone on for a quarter of the time-out', () => {
  const watch = watchOf('P.features');
  watch.seen(0, { position: 0, end: 100 }, 0);
  watch.seen(1, { position: 0, end: 100 }, 0);
  assert.deepEqual(stalledAt(watch, 125), [0, 1]);
  watch.seen(1, { position: 100, end: 100 }, 126_000);
  assert.deepEqual(stalledAt(watch, 126), [0]);
  watch.seen(0, { position: 1, end: 100 }, 130_000);
  const [moving] = watch.stalls(131_000);
  assert.equal(
    stallText(moving!),
    'partition 0 of P.features has only just begun to move again while 99 messages wait',
  );
  watch.seen(0, { position: 2, end: 100 }, 150_000);
  assert.deepEqual(stalledAt(watch, 159), [0]);
  watch.seen(0, { position: 3, end: 100 }, 160_000);
  assert.deepEqual(stalledAt(watch, 160), []);
  assert.deepEqual(stalledAt(watch, 279), []);
  assert.deepEqual(stalledAt(watch, 280), [0]);
});

test('one message now and then does not make a service ready and unready in turns', () => {
  const watch = watchOf('P.features');
  watch.seen(0, { position: 0, end: 1_000 }, 0);
  assert.deepEqual(stalledAt(watch, 120), [0]);
  for (let second = 125; second < 3_000; second += 5) {
    // A message every 40 s: longer than a quarter of the time-out.
    watch.seen(0, { position: Math.floor(second / 40), end: 1_000 }, second * 1_000);
    assert.deepEqual(stalledAt(watch, second), [0], `after ${second} s`);
  }
});

test('partitions that went to another copy are forgotten; one that comes back begins anew', () => {
  const watch = watchOf('P.features');
  for (const partition of [0, 1]) watch.seen(partition, { position: 5, end: 9 }, 0);
  watch.assigned([1]);
  assert.deepEqual(stalledAt(watch, 200), [1]);
  // A look that was under way when the partition went away.
  watch.seen(0, { position: 5, end: 9 }, 20_000);
  assert.deepEqual(stalledAt(watch, 200), [1]);
  watch.assigned([0, 1]);
  watch.seen(0, { position: 5, end: 9 }, 200_000);
  assert.deepEqual(stalledAt(watch, 200), [1]);
  // A position that went back, as after a crash of the copy before.
  watch.seen(1, { position: 3, end: 9 }, 201_000);
  assert.deepEqual(stalledAt(watch, 201), []);
});

test('stalls make the service unready and are counted; their end is told too', () => {
  const clock = new FakeClock();
  const health = createHealth({ clock });
  health.phase('running');
  const counted: number[] = [];
  const report = stallReport(health, { stalled: (partitions) => counted.push(partitions) });
  const stall = { topic: 'P.features', stillMs: 130_000, waiting: 42, moving: false };
  report([]);
  report([
    { ...stall, partition: 3 },
    { ...stall, partition: 7 },
  ]);
  assert.deepEqual(
    health.readiness().reasons.map(({ key }) => key),
    ['stall:P.features:3', 'stall:P.features:7'],
  );
  report([{ ...stall, partition: 7, stillMs: 140_000 }]);
  assert.deepEqual(
    health.readiness().reasons.map(({ text }) => text),
    ['partition 7 of P.features makes no progress for 140 s while 42 messages wait'],
  );
  report([]);
  assert.equal(health.readiness().ready, true);
  assert.deepEqual(counted, [0, 2, 1, 0]);
});
