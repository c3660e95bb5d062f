import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { settled } from '../../../support/service-context.js';
import { letters, sinkWorld } from '../../../support/sink-world.js';

test('where the disk is full nothing more is read, it says so, and goes on by itself', async () => {
  const { cluster, disk, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'abcdefgh');
  let isFull = true;
  const copy = start('one', {
    open: ({ number }) => {
      const held: string[] = [];
      return {
        add: ({ key }) => held.push(key!),
        prepare: () => {
          if (isFull) throw new RmmError('disk_full', 'no room');
          return disk.prepare(`0.${number}`, held.join(''));
        },
        deadLetters: () => [],
      };
    },
  });
  await settled(() => copy.blocked.length > 20);
  assert.equal(files.size, 0);
  assert.equal(committed()?.offset ?? 0, 0);
  assert.ok(copy.blocked.every((code) => code === 'disk_full'));
  isFull = false;
  await settled(() => committed()?.offset === 16);
  assert.deepEqual([...files.values()], ['ab', 'cd', 'ef', 'gh']);
  assert.equal(copy.blocked.at(-1), undefined);
  assert.ok(copy.states.every(({ kind }) => kind !== 'retrying'));
  await end(copy);
});

test('while the disk is full, what comes is seen to wait', async () => {
  const { cluster, start, end } = sinkWorld();
  await letters(cluster, 'ab');
  const seen: { position: number; end: number }[] = [];
  const codes: (string | undefined)[] = [];
  const copy = start('one', {
    // With what is there the window is not full: it is written since its messages have waited for long.
    writeAfterMs: 0,
    open: () => ({
      add: () => 1,
      prepare: () => {
        throw new RmmError('disk_full', 'no room');
      },
      deadLetters: () => [],
    }),
    observe: {
      looked: (partition, position, end) => partition === 0 && seen.push({ position, end }),
      blocked: (_, error) => codes.push(error?.code),
    },
  });
  await settled(() => codes.length > 3);
  const { position } = seen.at(-1)!;
  await letters(cluster, 'cdefgh');
  await settled(() => seen.at(-1)!.end === 16);
  assert.equal(seen.at(-1)!.position, position);
  await end(copy);
});

test('a partition that is taken away while the disk is full is no longer the trouble of this copy', async () => {
  const { cluster, start, end } = sinkWorld();
  await letters(cluster, 'abc', 0);
  await letters(cluster, 'abc', 1);
  const full = {
    open: () => ({
      add: () => 1,
      prepare: () => {
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
      prepare: () => {
        throw new RmmError('output_unwritable', 'read-only');
      },
      deadLetters: () => [],
    }),
  });
  await assert.rejects(ended, { code: 'output_unwritable' });
});

test('claims and commits are timed, and those that fail are told', async () => {
  let commits = 0;
  const { cluster, start, committed, end } = sinkWorld(async (client, operation, when) => {
    if (client !== 'one' || operation !== 'commit' || when !== 'before') return;
    commits += 1;
    if (commits === 1 || commits === 3) throw new RmmError('kafka_request_failed', 'no answer');
  });
  await letters(cluster, 'abc');
  let nowMs = 0;
  const told: [string, number][] = [];
  const copy = start('one', {
    nowMs: () => (nowMs += 250),
    observe: {
      claimed: (_, seconds) => told.push(['claimed', seconds]),
      committed: (_, seconds) => told.push(['committed', seconds]),
      aborted: (_, seconds) => told.push(['aborted', seconds]),
    },
  });
  await settled(() => committed()?.offset === 4);
  await settled(() => told.length === 5);
  assert.deepEqual(
    told,
    ['aborted', 'claimed', 'aborted', 'claimed', 'committed'].map((outcome) => [outcome, 0.25]),
  );
  await end(copy);
});
