import assert from 'node:assert/strict';
import test from 'node:test';
import { RepeatLimit } from '../../../lib/telemetry/repeat-limit.js';

test('keys without end are not remembered without end, and none is forgotten in silence', () => {
  const limit = new RepeatLimit<number>(60_000);
  const forgotten: number[] = [];
  for (let key = 0; key < 2_000; key += 1) {
    for (let call = 0; call < 2; call += 1) {
      const taken = limit.take(String(key), key, 0);
      forgotten.push(...taken.forgotten.map(({ value }) => value));
    }
  }
  const left = limit.close().map(({ value }) => value);
  assert.equal(left.length, 500);
  assert.deepEqual(
    [...forgotten, ...left],
    Array.from({ length: 2_000 }, (_, key) => key),
  );
});
