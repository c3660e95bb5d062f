import assert from 'node:assert/strict';
import test from 'node:test';
import type { SinkOptions } from '../../../../lib/flow/partitions/sink-options.js';
import { settled } from '../../../support/service-context.js';
import { letters, sinkWorld, windows } from '../../../support/sink-world.js';

/** A sink whose windows of four offsets hold two messages, and which writes open windows as soon as it can. */
const atOnce: Partial<SinkOptions> = { writeAfterMs: 0 };

test('what was refused stays refused when its window is read again, though it could be used by now', async () => {
  const { cluster, disk, files, start, committed, end } = sinkWorld();
  const strict = windows(disk, [], 4, new Set(['b']));
  await letters(cluster, 'b');
  const first = start('one', { ...atOnce, open: strict });
  await settled(() => committed()?.offset === 2);
  await end(first);
  // Another limit; meanwhile the message was sent again, behind the first one.
  await letters(cluster, 'bc');
  const second = start('two', atOnce);
  await settled(() => committed()?.offset === 6);
  assert.deepEqual([files.get('0.0'), files.get('0.1')], ['b', 'c']);
  assert.equal(cluster.committed('dead')[0]!.length, 1);
  await end(second);
});

test('at the end of the input too, should more come into the window', async () => {
  const { cluster, disk, files, start, committed, end } = sinkWorld();
  const strict = windows(disk, [], 4, new Set(['b']));
  await letters(cluster, 'b');
  let inputEnd = 2;
  const first = start('one', { endOfInput: (partition) => (partition === 0 ? inputEnd : 0), open: strict });
  await settled(() => committed()?.offset === 2);
  await end(first);
  await letters(cluster, 'b');
  inputEnd = 4;
  const second = start('two', { endOfInput: (partition) => (partition === 0 ? inputEnd : 0) });
  await settled(() => committed()?.offset === 4);
  assert.equal(files.get('0.0'), 'b');
  await end(second);
});

test('what is in a file and cannot be used any more ends the stage: rows would be lost without a word', async () => {
  const { cluster, disk, files, start, committed, end } = sinkWorld();
  await letters(cluster, 'a');
  const first = start('one', atOnce);
  await settled(() => committed()?.offset === 2);
  await end(first);
  const strict = windows(disk, [], 4, new Set(['a']));
  await assert.rejects(start('two', { ...atOnce, open: strict }).ended, {
    code: 'run_changed',
    message: /offset 0 of in, partition 0, was used before and is refused now.*max_message_bytes/,
  });
  assert.equal(files.get('0.0'), 'a');
  assert.equal(cluster.committed('dead')[0]!.length, 0);
});
