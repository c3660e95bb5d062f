import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { whileShown } from '../../../cli/load-progress.js';
import { createProgress } from '../../../lib/telemetry/progress.js';

/** A topic that has one event more at each look. */
function growing() {
  let looks = 0;
  const progress = createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 });
  const view = {
    progress,
    look: async () => {
      looks += 1;
      return { blocks: 0, events: 100 + looks };
    },
    ordered: 1000,
    nowMs: () => 2000 * looks,
  };
  return { view, looks: () => looks };
}

test('a load is looked at until its work is done, and once more then', async () => {
  const { view, looks } = growing();
  const { result, seen } = await whileShown(view, async () => {
    while (looks() < 3) await wait(5);
    return 'done';
  });
  assert.equal(result, 'done');
  assert.deepEqual(seen, { before: 101, events: 104, seconds: 4, rate: 0.5 });
});

test('work that fails ends the looking: nothing is left that keeps the command alive', async () => {
  const { view, looks } = growing();
  await assert.rejects(
    whileShown(view, async () => {
      while (looks() < 1) await wait(5);
      throw new Error('the port is taken');
    }),
    /the port is taken/,
  );
  const before = looks();
  await wait(700);
  assert.ok(looks() - before <= 1, `${looks()} after ${before}`);
});

test('a look that fails is told once the work is done', async () => {
  const { view } = growing();
  const look = () => Promise.reject(new Error('not authorised'));
  await assert.rejects(
    whileShown({ ...view, look }, () => wait(20)),
    /not authorised/,
  );
});
