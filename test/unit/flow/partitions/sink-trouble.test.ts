import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { settled, soon } from '../../../support/service-context.js';
import { letters, sinkWorld } from '../../../support/sink-world.js';

test('where the disk is full nothing more is read, it says so, and goes on by itself', async () => {
  const { cluster, start, committed, end } = sinkWorld();
  await letters(cluster, 'abcdefgh');
  let isFull = true;
  const written: string[] = [];
  const copy = start('one', {
    open: ({ number }) => {
      const held: string[] = [];
      return {
        add: ({ key }) => held.push(key!),
        write: () => {
          if (isFull) throw new RmmError('disk_full', 'no room');
          written.push(`${number}:${held.join('')}`);
          return held.length;
        },
        deadLetters: () => [],
      };
    },
  });
  await settled(() => copy.blocked.length > 20);
  assert.deepEqual(written, []);
  assert.equal(committed()?.offset ?? 0, 0);
  assert.ok(copy.blocked.every((code) => code === 'disk_full'));
  isFull = false;
  await settled(() => committed()?.offset === 16);
  assert.deepEqual(written, ['0:ab', '1:cd', '2:ef', '3:gh']);
  assert.equal(copy.blocked.at(-1), undefined);
  assert.ok(copy.states.every(({ kind }) => kind !== 'retrying'));
  await end(copy);
});

test('a partition that is taken away while the disk is full is no longer the trouble of this copy', async () => {
  const { cluster, start, end } = sinkWorld();
  await letters(cluster, 'abc', 0);
  await letters(cluster, 'abc', 1);
  const full = {
    open: () => ({
      add: () => 1,
      write: () => {
        throw new RmmError('disk_full', 'no room');
      },
      deadLetters: () => [],
    }),
  } satisfies Partial<SinkOptions>;
  const trouble = new Map<number, string | undefined>();
  const blocked = (partition: number, error: RmmError | undefined) => trouble.set(partition, error?.code);
  const one = start('one', { ...full, observe: { blocked } });
  await settled(() => trouble.get(0) === 'disk_full' && trouble.get(1) === 'disk_full');
  const two = start('two', full);
  await settled(() => one.runner.partitions.length === 1 && trouble.get(1) === undefined);
  assert.equal(trouble.get(0), 'disk_full');
  await end(one);
  assert.equal(trouble.get(0), undefined);
  await end(two);
});

test('a write error that no retry mends ends the stage', async () => {
  const { cluster, start } = sinkWorld();
  await letters(cluster, 'abc');
  const { ended } = start('one', {
    open: () => ({
      add: () => 1,
      write: () => {
        throw new RmmError('output_unwritable', 'read-only');
      },
      deadLetters: () => [],
    }),
  });
  await assert.rejects(ended, { code: 'output_unwritable' });
});

test('a copy that was taken for dead does not write over the files of the one that has its partition now', async () => {
  const { cluster, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'ab');
  const wait: { go: () => void } = { go: () => {} };
  const old = start('old', {
    open: () => ({
      add: ({ key }) =>
        key === 'b'
          ? new Promise<number>((resolve) => {
              wait.go = () => resolve(1);
            })
          : 1,
      write: () => {
        files.set('0.0', 'written by the dead');
        return 1;
      },
      deadLetters: () => [],
    }),
  });
  await letters(cluster, 'c');
  await settled(() => old.runner.partitions.length === 2 && cluster.log('in', 0).length === 6);
  for (let turn = 0; turn < 50; turn += 1) await soon();
  // It hangs in the middle of a block; its group takes it for dead.
  old.client.freeze();
  const heir = start('new');
  await settled(() => committed()?.offset === 4);
  wait.go();
  old.client.thaw();
  for (let turn = 0; turn < 200; turn += 1) await soon();
  assert.equal(files.get('0.0'), 'ab');
  await end(heir);
  old.client.kill();
});
