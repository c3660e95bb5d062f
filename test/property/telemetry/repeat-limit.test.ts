import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RepeatLimit } from '../../../lib/telemetry/repeat-limit.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 5000 : 300 };
const intervalMs = 100;

test('every call is written or counted, and no key comes twice within an interval', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ key: fc.nat(1200), pauseMs: fc.nat(60), burst: fc.integer({ min: 1, max: 4 }) }), {
        maxLength: 2_000,
        size: 'max',
      }),
      fc.integer({ min: 1, max: 1200 }),
      fc.boolean(),
      (calls, keys, late) => {
        const limit = new RepeatLimit<string>(intervalMs);
        const writtenMs = new Map<string, number>();
        let nowMs = 0;
        let given = 0;
        let told = 0;
        const written = (name: string) => {
          const before = writtenMs.get(name);
          // Beyond 500 keys the oldest are forgotten, so that memory is bounded.
          if (keys <= 500) assert.ok(before === undefined || nowMs - before >= intervalMs);
          writtenMs.set(name, nowMs);
        };
        for (const { key, pauseMs, burst } of calls) {
          nowMs += pauseMs;
          const dueMs = limit.nextDueMs();
          const due = late ? limit.due(nowMs) : [];
          if (late) assert.equal(due.length > 0, dueMs !== undefined && dueMs <= nowMs);
          for (const { value, suppressed } of due) {
            told += 1 + suppressed;
            written(value);
          }
          for (let call = 0; call < burst; call += 1) {
            const name = String(key % keys);
            const { write, suppressed, forgotten } = limit.take(name, name, nowMs);
            given += 1;
            for (const { value, suppressed: beside } of forgotten) {
              assert.notEqual(value, name);
              told += 1 + beside;
            }
            if (!write) continue;
            told += 1 + suppressed;
            written(name);
          }
        }
        for (const { suppressed } of limit.close()) told += 1 + suppressed;
        assert.equal(told, given);
        assert.deepEqual(limit.close(), []);
      },
    ),
    runs,
  );
});
