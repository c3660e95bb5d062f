import assert from 'node:assert/strict';
import test from 'node:test';
import { Backoff, backoffMs } from '../../../lib/base/backoff.js';

test('pauses double up to the longest, are drawn from the upper half, and never vanish', () => {
  const at = (failures: number, drawn: number) =>
    backoffMs(failures, { firstMs: 100, maxMs: 10_000, random: () => drawn });
  assert.deepEqual(
    [1, 2, 3, 7, 8, 9, 5_000].map((failures) => at(failures, 0)),
    [50, 100, 200, 3_200, 5_000, 5_000, 5_000],
  );
  assert.deepEqual([1, 8].map((failures) => at(failures, 0.999)).map(Math.round), [100, 9_995]);
  assert.equal(backoffMs(1, { random: () => 0 }), 50);
});

test('failures in a row are counted until something succeeds', () => {
  const backoff = new Backoff(100, 300, () => 0);
  assert.deepEqual([backoff.next(), backoff.next(), backoff.next(), backoff.next()], [50, 100, 150, 150]);
  backoff.reset();
  assert.equal(backoff.next(), 50);
});
