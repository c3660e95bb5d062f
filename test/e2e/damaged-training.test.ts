import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { inFolder, outputDigests, runCli, startCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { quick, runWell, writeConfig } from '../support/small-run.js';

/** Long enough to be killed between two megasets. */
const slow = { ...quick, training: { epochs: 30, megasets: 4, batch_events: 128 } };

test('a run killed while it trains: a damaged checkpoint is trained again, a damaged megaset refused', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, slow);
    const args = (output: string) => ['run', config, '--output', output];
    const calm = join(folder, 'calm');
    await runWell(args(calm));
    const expected = outputDigests(calm);

    const killed = join(folder, 'killed');
    const checkpoint = join(killed, '.work', 'checkpoint');
    // On a busy machine this process may look too late: then training has ended, and it is tried again.
    for (let attempt = 0; attempt === 0 || existsSync(join(killed, 'model')); attempt += 1) {
      assert.ok(attempt < 10, 'a run can be killed before its training ends');
      rmSync(killed, { recursive: true, force: true });
      const { child, result } = startCli(args(killed));
      while (child.exitCode === null && !existsSync(join(checkpoint, 'checkpoint.json'))) await delay(1);
      child.kill('SIGKILL');
      await result;
    }

    // A kill may also fall between the two renames of a checkpoint: then there is none.
    const files = existsSync(checkpoint) ? readdirSync(checkpoint) : [];
    for (const file of files.filter((name) => ['weights.bin', 'checkpoint.json'].includes(name))) {
      const output = join(folder, `checkpoint-${file}`);
      cpSync(killed, output, { recursive: true });
      truncateSync(join(output, '.work', 'checkpoint', file), 30);
      const again = await runWell(args(output));
      assert.match(again.stderr, /the checkpoint is damaged, so training starts again: .*checkpoint/);
      assert.deepEqual(outputDigests(output), expected, file);
    }

    const megasets = join(killed, '.work', 'megasets');
    const bucket = join(megasets, readdirSync(megasets).find((name) => name.startsWith('megaset-00001'))!);
    const bytes = readFileSync(bucket);
    bytes[bytes.length >> 1]! ^= 4;
    writeFileSync(bucket, bytes);
    expectFailure(await runCli(args(killed)), 1, 'partial_damaged', [bucket, 'delete its folder', '--fresh']);
    assert.equal(existsSync(join(killed, 'model')), false);
    rmSync(megasets, { recursive: true });
    await runWell(args(killed));
    assert.deepEqual(outputDigests(killed), expected);
  });
});
