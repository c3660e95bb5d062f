import assert from 'node:assert/strict';
import test from 'node:test';
import { TokenBucket } from '../../../lib/flow/token-bucket.js';
import type { Fetched } from '../../../lib/kafka/client.js';
import { pacedFeed } from '../../../services/amplify/load/paced-feed.js';
import { FakeClock, settle } from '../../support/fake-clock.js';

const block = 8192;

/** A feed of `end` messages, sixteen at a time as the plan gives them. */
function planned(end: number) {
  let offset = 0;
  let fetches = 0;
  return {
    get fetches() {
      return fetches;
    },
    async next(): Promise<Fetched> {
      fetches += 1;
      const to = Math.min(end, offset + 16);
      const messages = [];
      for (; offset < to; offset += 1)
        messages.push({ offset, timestampMs: 0, key: null, value: null, headers: new Map<string, string>() });
      return { messages, nextOffset: offset, endOffset: end };
    },
    close: async () => {},
  };
}

/** Two partitions that share a bucket of `perSecond` events; what each gave, by the clock. */
async function deliver(perSecond: number, seconds: number, stallMs = 0) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const bucket = new TokenBucket({ perSecond, burstMs: 1000, steadyMs: () => clock.steadyMs() });
  const given: { readonly partition: number; readonly offset: number; readonly atMs: number }[] = [];
  const sources = [planned(100_000), planned(100_000)];
  const working = sources.map(async (source, partition) => {
    const { signal } = stop;
    const feed = pacedFeed(source, { bucket, clock, eventsAt: () => block, maxWaitMs: 250, signal });
    let next = 0;
    while (!signal.aborted) {
      const { messages, nextOffset } = await feed.next();
      for (const { offset } of messages) {
        assert.equal(offset, next, 'in order, each once');
        next += 1;
        given.push({ partition, offset, atMs: clock.steadyMs() });
      }
      assert.equal(nextOffset, next);
      if (stallMs > 0 && next === 40) await new Promise<void>((resolve) => clock.after(stallMs, resolve));
      // Brokers take their time.
      if (messages.length > 0) await new Promise<void>((resolve) => clock.after(5, resolve));
    }
  });
  for (let ms = 0; ms < seconds * 1000; ms += 50) await clock.advance(50);
  const pending = clock.pending;
  stop.abort();
  for (let turn = 0; turn < 20; turn += 1) await clock.advance(300);
  await Promise.all(working);
  return { given, sources, pending, clock };
}

for (const perSecond of [5_000, 50_000, 400_000]) {
  test(`${perSecond} events a second are held within a few per cent by partitions that share them`, async () => {
    const seconds = 60;
    const { given, sources, pending } = await deliver(perSecond, seconds);
    const events = given.filter(({ atMs }) => atMs <= seconds * 1000).length * block;
    assert.ok(Math.abs(events / (perSecond * seconds) - 1) < 0.03, `${events / seconds} a second`);
    for (const partition of [0, 1]) assert.ok(given.some((one) => one.partition === partition));
    // Nothing is read ahead of the rate: at most one fetch of each feed is held, and one timer of each waits.
    for (const [partition, { fetches }] of sources.entries()) {
      const taken = given.filter((one) => one.partition === partition).length;
      assert.ok(fetches * 16 - taken <= 16);
    }
    assert.ok(pending <= 2);
  });
}

test('who was held up makes up for one second of the rate and for no more', async () => {
  const perSecond = 40 * block;
  const { given } = await deliver(perSecond, 20, 6_000);
  // Both stall for six seconds at their 40th message: five of them are lost.
  const events = given.filter(({ atMs }) => atMs <= 20_000).length;
  assert.ok(Math.abs(events - 40 * 15) <= 42, `${events}`);
});

test('a wait that is too long gives an empty fetch, so that others get their turn; the place is kept', async () => {
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const bucket = new TokenBucket({ perSecond: block, burstMs: 0, steadyMs: () => clock.steadyMs() });
  const pace = { bucket, clock, eventsAt: () => block, maxWaitMs: 250, signal };
  const feed = pacedFeed(planned(5), pace);
  const offsets: number[] = [];
  const empty: number[] = [];
  void (async () => {
    for (;;) {
      const { messages, nextOffset, endOffset } = await feed.next();
      assert.equal(endOffset, 5);
      if (messages.length === 0) empty.push(nextOffset);
      offsets.push(...messages.map(({ offset }) => offset));
      if (offsets.length === 3) return;
    }
  })();
  await settle();
  await clock.advance(900);
  assert.deepEqual([offsets, empty], [[0], [1, 1, 1]]);
  await clock.advance(1200);
  assert.deepEqual(offsets, [0, 1, 2]);
});
