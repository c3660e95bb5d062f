import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { TokenBucket } from '../../../lib/flow/token-bucket.js';

/** Pieces of work, each with the time that whoever does it is away before asking for the next. */
const work = fc.array(
  fc.record({
    amount: fc.integer({ min: 1, max: 8192 }),
    awayMs: fc.double({ min: 0, max: 400, noNaN: true }),
  }),
  { minLength: 50, maxLength: 200 },
);
const rates = fc.double({ min: 100, max: 2e6, noNaN: true });

/** Does all the work, each piece at the moment that the bucket allows; `stall` adds to the time away. */
function run(
  pieces: readonly { readonly amount: number; readonly awayMs: number }[],
  perSecond: number,
  burstMs: number,
): { readonly atMs: number; readonly amount: number }[] {
  let nowMs = 1234;
  const bucket = new TokenBucket({ perSecond, burstMs, steadyMs: () => nowMs });
  return pieces.map(({ amount, awayMs }) => {
    nowMs = Math.max(nowMs, bucket.reserve(amount));
    const done = { atMs: nowMs, amount };
    nowMs += awayMs;
    return done;
  });
}

test('between any two moments no more is done than the rate, one piece and the burst give', () => {
  fc.assert(
    fc.property(work, rates, fc.integer({ min: 0, max: 2000 }), (pieces, perSecond, burstMs) => {
      const done = run(pieces, perSecond, burstMs);
      for (let from = 0; from < done.length; from += 1) {
        let amount = 0;
        for (let to = from; to < done.length; to += 1) {
          amount += done[to]!.amount;
          const ms = done[to]!.atMs - done[from]!.atMs;
          const most = ((ms + burstMs) / 1000) * perSecond + done[to]!.amount;
          assert.ok(amount <= most * (1 + 1e-9), `${amount} in ${ms} ms, at most ${most}`);
        }
      }
    }),
  );
});

test('where nobody is late for longer than the burst, the rate is held', () => {
  fc.assert(
    fc.property(work, fc.double({ min: 0, max: 1, noNaN: true }), (pieces, late) => {
      const perSecond = 1000;
      // Away at most as long as the piece takes, and once for a part of the burst.
      const steady = pieces.map(({ amount, awayMs }, index) => ({
        amount,
        awayMs: Math.min(awayMs, amount) + (index === 20 ? late * 900 : 0),
      }));
      const done = run(steady, perSecond, 1000);
      const all = done.slice(0, -1).reduce((sum, { amount }) => sum + amount, 0);
      const lastMs = done.at(-1)!.atMs - done[0]!.atMs;
      // Every piece behind the one before, but for what the last one is late.
      assert.ok(lastMs >= all - 1e-6);
      assert.ok(lastMs <= all + 900 + 1e-6, `${lastMs} ms instead of ${all}`);
    }),
  );
});

test('what is missed beyond the burst is not made up for', () => {
  let nowMs = 0;
  const bucket = new TokenBucket({ perSecond: 1000, burstMs: 500, steadyMs: () => nowMs });
  assert.equal(bucket.reserve(100), 0);
  nowMs = 10_000;
  assert.equal(bucket.nextMs, 9_500);
  assert.deepEqual(
    [1, 2, 3].map(() => bucket.reserve(400)),
    [9_500, 9_900, 10_300],
  );
});
