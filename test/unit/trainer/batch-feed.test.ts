import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { BatchSource, ShuffleKey } from '../../../lib/learning/batches.js';
import { memorySource } from '../../../lib/learning/batches.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { BatchFeed } from '../../../services/trainer/batch-feed.js';
import { BucketReader } from '../../../services/trainer/bucket-reader.js';
import { weighingOf } from '../../../services/trainer/plan-weights.js';
import { inFolder } from '../../support/cli.js';
import { type MadeStore, madeStore } from '../../support/training-store.js';

const key: ShuffleKey = { seed: 1, pass: 0, megaset: 1, epoch: 4 };

async function seen(source: BatchSource, order: ShuffleKey | undefined, skip = 0): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const { x, weights, real } of source.batches(order, skip))
    found.push([x.slice(), weights.slice(), real]);
  return found;
}

function feedOf({ folder, plan, scaler }: MadeStore, batch = 32): BatchFeed {
  const store = { folder: join(folder, 'megasets'), plan, columns: scaler.columns, maskWords: 0 };
  return new BatchFeed({ store, scaler }, batch, scaler.trained.length);
}

for (const weights of ['abs', 'balanced'] as const) {
  test(`batches that the thread makes have the bits of those from memory, weights ${weights}`, async () => {
    await inFolder(async (folder) => {
      const store = await madeStore(folder, { weights });
      const feed = feedOf(store);
      const expansion = planExpansion(store.scaler);
      for (const megaset of [1, 0, 2, 1]) {
        const ours = feed.source(megaset, weighingOf(store.plan, megaset, 'x'));
        const expected = memorySource(expansion, store.memory[megaset]!, 32, weights);
        assert.equal(ours.rows, expected.rows);
        for (const order of [undefined, key])
          for (const skip of [0, 1, 5])
            assert.deepEqual(await seen(ours, order, skip), await seen(expected, order, skip));
        assert.deepEqual(await seen(ours, key, 1000), []);
      }
      await feed.close();
    });
  });
}

test('a walk that is left in the middle does not disturb the next', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const feed = feedOf(store, 8);
    const source = feed.source(0, weighingOf(store.plan, 0, 'x'));
    source.announce?.({ ...key, epoch: 5 });
    const whole = await seen(source, key);
    for (let stop = 1; stop < 4; stop += 1) {
      let steps = 0;
      for await (const _ of source.batches(key, 0)) if (++steps === stop) break;
      assert.deepEqual(await seen(source, key), whole);
    }
    await feed.close();
  });
});

test('a bucket that is damaged is named; whoever waits when the thread ends waits no more', async () => {
  await inFolder(async (folder) => {
    const store = await madeStore(folder);
    const name = readdirSync(join(folder, 'megasets')).find((file) => file.startsWith('megaset-00000'))!;
    writeFileSync(join(folder, 'megasets', name), 'spoilt');
    const feed = feedOf(store);
    const source = feed.source(0, weighingOf(store.plan, 0, 'x'));
    await assert.rejects(seen(source, key), {
      code: 'partial_damaged',
      message: new RegExp(name.replaceAll('.', '\\.')),
    });
    const waiting = seen(feed.source(1, weighingOf(store.plan, 1, 'x')), key);
    const lost = assert.rejects(waiting, { code: 'worker_lost' });
    await feed.close();
    await lost;
    await assert.rejects(seen(source, key), { code: 'worker_lost' });
  });
});

test('a bucket is read once for all epochs of a megaset of one; at most two are kept otherwise', async () => {
  await inFolder(async (folder) => {
    const { plan } = await madeStore(folder, { buckets: 4 });
    const megasets = join(folder, 'megasets');
    const reader = new BucketReader({ folder: megasets, plan, columns: 12, maskWords: 0 });
    const [first, second, third, fourth] = reader.buckets(0);
    const one = await first!.load();
    second!.ahead!();
    assert.equal(await first!.load(), one);
    const two = await second!.load();
    rmSync(megasets, { recursive: true });
    assert.equal(await second!.load(), two, 'what was read ahead is there without its file');
    await assert.rejects(async () => first!.load(), { code: 'io_failed' }, 'the first is no longer kept');
    third!.ahead!();
    // Its failure is told when it is wanted.
    await assert.rejects(async () => third!.load(), { code: 'io_failed' });
    await assert.rejects(async () => fourth!.load(), { code: 'io_failed' });
  });
});
