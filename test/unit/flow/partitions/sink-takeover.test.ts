import assert from 'node:assert/strict';
import test from 'node:test';
import { totalOf } from '../../../../lib/flow/partitions/sink-counts.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import type { CommittedOffset } from '../../../../lib/kafka/client.js';
import { gate } from '../../../support/gate.js';
import { settled, soon } from '../../../support/service-context.js';
import { letters, sinkWorld, windows } from '../../../support/sink-world.js';

/** Windows of four letters, which are written open as soon as something of them waits. */
function growing(): Partial<SinkOptions> {
  let nowMs = 0;
  return { windowOffsets: 8, writeAfterMs: 1, nowMs: () => (nowMs += 10) };
}

/** Events that are in files by what is committed; ten each letter. */
function events(committed: CommittedOffset | undefined): number {
  return totalOf(committed?.metadata ?? '').events;
}

async function aWhile(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await soon();
}

for (const [where, calls] of [
  ['as it prepares its file', 1],
  ['between file and claim', 2],
] as const) {
  test(`a copy that hangs ${where} is kept out of the files of the one that has its partition now`, async () => {
    const world = sinkWorld();
    const { cluster, disk, files, start, committed, end } = world;
    const hold = gate();
    let isHeld = false;
    const real = windows(disk, [], 8);
    const old = start('old', {
      ...growing(),
      open: (window, tenure) => {
        const writer = real(window, tenure);
        return {
          ...writer,
          prepare: async () => {
            const prepared = calls === 2 ? writer.prepare() : undefined;
            isHeld = true;
            await hold.isOpen;
            return prepared ?? writer.prepare();
          },
        };
      },
    });
    await letters(cluster, 'a');
    await settled(() => isHeld);
    old.client.freeze();
    const heir = start('new', { ...growing(), open: real });
    await letters(cluster, 'b');
    await settled(() => events(committed()) === 20);
    assert.equal(files.get('0.0'), 'ab');
    assert.deepEqual(disk.prepared, []);
    old.client.thaw();
    hold.open();
    await aWhile();
    assert.equal(files.get('0.0'), 'ab');
    assert.deepEqual(disk.prepared, []);
    await end(heir);
    old.client.kill();
  });
}

test('a copy that freezes behind its claim finds nothing to rename once another one has its partition', async () => {
  let freeze = () => {};
  let isFrozen = false;
  const world = sinkWorld(async (name, operation, when) => {
    if (name !== 'old' || operation !== 'commit' || when !== 'after' || isFrozen) return;
    isFrozen = true;
    freeze();
  });
  const { cluster, disk, files, start, committed, end } = world;
  const old = start('old', { ...growing(), open: windows(disk, [], 8) });
  freeze = () => old.client.freeze();
  await letters(cluster, 'a');
  await settled(() => isFrozen);
  assert.deepEqual(disk.prepared, ['0.0']);
  const heir = start('new', { ...growing(), open: windows(disk, [], 8) });
  await letters(cluster, 'b');
  await settled(() => events(committed()) === 20);
  await letters(cluster, 'c');
  await settled(() => events(committed()) === 30);
  old.client.thaw();
  await aWhile();
  assert.equal(files.get('0.0'), 'abc');
  await letters(cluster, 'd');
  await settled(() => events(committed()) === 40);
  assert.equal(files.get('0.0'), 'abcd', 'and nothing of the window is lost');
  assert.deepEqual(disk.prepared, []);
  await end(heir);
  old.client.kill();
});

test('an owner whose file was swept by one that is none any more prepares it again', async () => {
  let sweeps = 0;
  const world = sinkWorld(async (name, operation, when) => {
    if (name !== 'one' || operation !== 'commit' || when !== 'after' || sweeps > 0) return;
    sweeps += 1;
    world.disk.sweep(0);
  });
  const { cluster, disk, files, start, committed, end } = world;
  const copy = start('one', { ...growing(), open: windows(disk, [], 8) });
  await letters(cluster, 'a');
  await settled(() => events(committed()) === 10);
  assert.equal(files.get('0.0'), 'a');
  assert.deepEqual(copy.blocked, ['io_failed', undefined]);
  assert.ok(copy.states.every(({ kind }) => kind !== 'retrying'));
  await end(copy);
});
