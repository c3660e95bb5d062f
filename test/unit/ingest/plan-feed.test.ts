import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { blockAt, blocksOfPartition, endOfPlan, planFeed } from '../../../services/ingest/plan-feed.js';
import { RunState } from '../../../services/kafka/run-state.js';
import { fileRecord, kafkaConfig, runRecord } from '../../support/service-context.js';

test('the partitions have all blocks between them, each once, in order', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.integer({ min: 1, max: 17 }), (blocks, partitions) => {
      const found: number[] = [];
      for (let partition = 0; partition < partitions; partition += 1)
        for (let at = 0; at < blocksOfPartition(blocks, partition, partitions); at += 1)
          found.push(blockAt(at, partition, partitions));
      assert.deepEqual(
        found.sort((a, b) => a - b),
        Array.from({ length: blocks }, (_, block) => block),
      );
    }),
  );
});

/** A view whose records the test puts in. */
function scripted(partitions: number) {
  const state = new RunState();
  let news = () => {};
  let waits = 0;
  state.apply({ ...runRecord(kafkaConfig()), partitions }, 0, 0);
  const view = {
    state,
    changed: (signal: AbortSignal, mostMs?: number) => {
      waits += 1;
      assert.equal(mostMs, 250);
      return new Promise<void>((resolve) => {
        news = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  };
  let index = 0;
  const add = (entries: number, atMs = 0) => {
    state.apply(fileRecord(index++, entries), 0, atMs);
    news();
  };
  return { view, add, waits: () => waits, wake: () => news() };
}

test('positions come as they are planned, a bounded number at a time', async () => {
  const { view, add } = scripted(2);
  add(40 * 8192);
  const feed = planFeed(view, 1, 3, { maxWaitMs: 250, signal: new AbortController().signal });
  const first = await feed.next();
  assert.deepEqual(
    first.messages.map(({ offset }) => offset),
    Array.from({ length: 16 }, (_, at) => 3 + at),
  );
  assert.deepEqual([first.nextOffset, first.endOffset], [19, 20]);
  const second = await feed.next();
  assert.deepEqual(
    second.messages.map(({ offset }) => offset),
    [19],
  );
});

test('a position waits since its file was put on record', async () => {
  const { view, add } = scripted(2);
  add(3 * 8192, 1_000);
  add(2 * 8192, 5_000);
  const feed = planFeed(view, 1, 0, { maxWaitMs: 250, signal: new AbortController().signal });
  assert.equal(feed.isPlan, true);
  // Blocks 1 and 3.
  assert.deepEqual(
    (await feed.next()).messages.map(({ timestampMs }) => timestampMs),
    [1_000, 5_000],
  );
});

test('where nothing is planned it waits for a record, and comes back empty after a while', async () => {
  const { view, add, waits, wake } = scripted(2);
  const feed = planFeed(view, 0, 0, { maxWaitMs: 250, signal: new AbortController().signal });
  const waiting = feed.next();
  wake();
  assert.deepEqual(await waiting, { messages: [], nextOffset: 0, endOffset: 0 });
  const next = feed.next();
  add(8192);
  assert.deepEqual((await next).messages.length, 1);
  assert.equal(waits(), 2);
});

test('a position behind the plan stays where it is', async () => {
  const { view, add, wake } = scripted(1);
  add(8192);
  const feed = planFeed(view, 0, 5, { maxWaitMs: 250, signal: new AbortController().signal });
  const waiting = feed.next();
  wake();
  assert.equal((await waiting).nextOffset, 5);
});

test('the end of the plan is known once the plan is complete', () => {
  const { view, add } = scripted(4);
  add(5 * 8192 + 1);
  assert.equal(endOfPlan(view.state, 0), undefined);
  view.state.apply({ type: 'planned', files: 1, blocks: 6 }, 0, 0);
  assert.deepEqual(
    [0, 1, 2, 3].map((partition) => endOfPlan(view.state, partition)),
    [2, 2, 1, 1],
  );
});
