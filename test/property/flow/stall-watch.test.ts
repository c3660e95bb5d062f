import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type PartitionWatch, watchPartition } from '../../../lib/flow/stall-watch.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 1_000 };
const timeoutMs = 100;
const steps = fc.array(
  fc.record({ pauseMs: fc.nat(60), done: fc.nat(2), came: fc.nat(2), onlyTime: fc.boolean() }),
  { maxLength: 60 },
);

/** Walks through the steps and calls `check` after each, with the longest time without progress while messages waited. */
function walk(
  given: readonly { pauseMs: number; done: number; came: number; onlyTime: boolean }[],
  check: (watch: PartitionWatch, stillMs: number | undefined, before: PartitionWatch) => void,
): void {
  let nowMs = 0;
  let position = 0;
  let end = 3;
  let stillSinceMs: number | undefined = 0;
  let watch = watchPartition(undefined, { position, end }, nowMs, timeoutMs);
  for (const { pauseMs, done, came, onlyTime } of given) {
    nowMs += pauseMs;
    const before = watch;
    if (onlyTime) watch = watchPartition(before, before, nowMs, timeoutMs);
    else {
      end += came;
      const next = Math.min(end, position + done);
      if (next >= end) stillSinceMs = undefined;
      else if (next > position || stillSinceMs === undefined) stillSinceMs = nowMs;
      position = next;
      watch = watchPartition(before, { position, end }, nowMs, timeoutMs);
    }
    check(watch, stillSinceMs === undefined ? undefined : nowMs - stillSinceMs, before);
  }
}

test('what has stood still for the time-out is stalled, what has nothing to do is not', () => {
  fc.assert(
    fc.property(steps, (given) =>
      walk(given, (watch, stillMs) => {
        if (stillMs === undefined) assert.equal(watch.stalled, false);
        else if (stillMs >= timeoutMs) assert.equal(watch.stalled, true);
      }),
    ),
    runs,
  );
});

test('a stall begins only after the time-out, and ends only with all done or with steady progress', () => {
  fc.assert(
    fc.property(steps, (given) => {
      let nowMs = 0;
      const movedMs: number[] = [];
      let index = 0;
      walk(given, (watch, stillMs, before) => {
        nowMs += given[index++]!.pauseMs;
        if (watch.position > before.position) movedMs.push(nowMs);
        if (watch.stalled && !before.stalled) assert.ok(stillMs !== undefined && stillMs >= timeoutMs);
        if (before.stalled && !watch.stalled && stillMs !== undefined) {
          // Steady: since a quarter of the time-out at least, without a pause as long.
          let first = movedMs.length - 1;
          while (first > 0 && movedMs[first]! - movedMs[first - 1]! < timeoutMs / 4) first -= 1;
          assert.ok(nowMs - movedMs[first]! >= timeoutMs / 4);
          assert.ok(stillMs < timeoutMs / 4);
        }
      });
    }),
    runs,
  );
});
