import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { writeFolder } from '../../../services/scorer/model-folder.js';
import { MegasetWriter, readBucket, readMegasetPlan } from '../../../services/trainer/megaset-store.js';
import type { TrainingRows } from '../../../services/trainer/segment.js';
import { removeWork, takeWorkFolder } from '../../../services/trainer/work-folder.js';
import { inFolder } from '../../support/cli.js';

const rows: TrainingRows = {
  rows: 3,
  columns: 9,
  maskWords: 1,
  hashHigh: Uint32Array.of(7, 0x90000000, 0xf0000000),
  hashLow: Uint32Array.of(1, 2, 3),
  source: Int32Array.of(0, 0, 0),
  entry: Float64Array.of(1, 2, 3),
  weight: Float64Array.of(1, 1, 1),
  channel: Int32Array.of(7, 7, 9),
  masks: Uint32Array.of(1, 1, 1),
  offsets: Int32Array.of(0, 1, 2, 3),
  values: Float32Array.of(0.5, 1.5, 2.5),
};

function collecting(folder: string) {
  const writer = new MegasetWriter({ folder: join(folder, 'megasets'), megasets: 2, buckets: 2 });
  writer.add(rows, Int16Array.of(0, 0, 1));
  return writer;
}

const finish = (writer: MegasetWriter) => writer.finish('abs');

test('a trainer that was taken for dead and goes on cannot spoil what its successor collects', async () => {
  await inFolder(async (parent) => {
    const old = takeWorkFolder(parent);
    const first = collecting(old);
    const heir = takeWorkFolder(parent);
    const second = collecting(heir);
    // Both put their buckets into order, a step at a time.
    const [late, good] = await Promise.allSettled([finish(first), finish(second)]);
    const { reason } = late as PromiseRejectedResult;
    assert.ok(reason instanceof RmmError && reason.code === 'io_failed' && reason.spec.retry === true);
    assert.equal(good.status, 'fulfilled');
    const folder = join(heir, 'megasets');
    const plan = readMegasetPlan(folder)!;
    assert.deepEqual(plan.rows, [
      [1, 1],
      [0, 1],
    ]);
    assert.deepEqual([...(await readBucket(folder, plan, 0, 1))!.entry], [2]);
  });
});

test('a successor goes on with megasets and checkpoint, which the one before no longer finds', async () => {
  await inFolder(async (root) => {
    const parent = join(root, 'trainer');
    const old = takeWorkFolder(parent);
    const plan = await finish(collecting(old));
    writeFolder(join(old, 'checkpoint'), [{ name: 'weights', bytes: Uint8Array.of(1) }]);
    const heir = takeWorkFolder(parent);
    assert.deepEqual(readMegasetPlan(join(heir, 'megasets')), plan);
    await assert.rejects(readBucket(join(old, 'megasets'), plan, 0, 0), { code: 'io_failed' });
    // It may write a checkpoint under its old path, and nobody takes that for the run's.
    writeFolder(join(old, 'checkpoint'), [{ name: 'weights', bytes: Uint8Array.of(2) }]);
    const third = takeWorkFolder(parent);
    assert.deepEqual([...readFileSync(join(third, 'checkpoint', 'weights'))], [1]);
    assert.deepEqual(
      readdirSync(parent).map((name) => join(parent, name)),
      [third],
    );
  });
});

test('strays go when the work is taken, and all of it when nothing more is to be trained', async () => {
  await inFolder(async (root) => {
    const parent = join(root, 'trainer');
    const own = takeWorkFolder(parent);
    mkdirSync(join(parent, 'megasets'));
    writeFileSync(join(parent, 'megasets', 'megaset-00000.00000.part'), '');
    writeFileSync(join(own, '.plan.json.0123456789ab.tmp'), '');
    const heir = takeWorkFolder(parent);
    assert.deepEqual(
      readdirSync(parent).map((name) => join(parent, name)),
      [heir],
    );
    assert.deepEqual(readdirSync(heir), ['taken']);
    removeWork(parent);
    removeWork(parent);
    assert.equal(existsSync(parent), false);
    writeFileSync(parent, '');
    assert.throws(() => takeWorkFolder(parent), { code: 'io_failed', message: /trainer/ });
  });
});
