import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../sim/support/chance.js';
import { inFolder, outputDigests, startCli } from '../support/cli.js';
import { runWell, writeConfig } from '../support/small-run.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const kills = long ? 20 : 4;
/** Most of the run is training, with a checkpoint every 0.06 s. */
const slow = {
  features: { min_filled: 20 },
  training: {
    epochs: 60,
    megasets: 3,
    passes: 2,
    batch_events: 128,
    checkpoint_minutes: 0.001,
    schedule: { type: 'cosine', warmup_steps: 20 },
    sample_weights: 'balanced',
    keep: 'best',
  },
  engine: { workers: 2 },
};

interface Standing {
  readonly position: { readonly pass: number; readonly megaset: number };
  readonly loop: { readonly epoch: number; readonly batch: number };
  readonly step: number;
}

/** The checkpoint of a run that was killed. */
function standingOf(output: string): Standing | undefined {
  for (const name of ['checkpoint', 'checkpoint.next']) {
    const path = join(output, '.work', name, 'checkpoint.json');
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Standing;
  }
  return undefined;
}

/** When the newest checkpoint was written; 0 before the first. */
function writtenMs(output: string): number {
  const path = join(output, '.work', 'checkpoint', 'checkpoint.json');
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

test(`training killed with -9 within megasets (${kills} kills) ends with the weights of an uninterrupted run`, async (context) => {
  const seed = Number(process.env.RMMSTREAM_TEST_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const draw = seededRandom(seed);
  await inFolder(async (folder) => {
    const config = writeConfig(folder, undefined, slow);
    const args = (output: string) => ['run', config, '--output', output];
    const calm = join(folder, 'calm');
    await runWell(args(calm));
    const expected = outputDigests(calm);

    let killed = 0;
    let within = 0;
    let finished = 0;
    for (let round = 0; killed < kills; round += 1) {
      assert.ok(round < 20 * kills, 'the runs end before they can be killed');
      const output = join(folder, `killed-${finished}`);
      const before = writtenMs(output);
      const from = standingOf(output)?.step ?? 0;
      const { child, result } = startCli(args(output));
      let ended = false;
      void result.then(() => {
        ended = true;
      });
      // Once it has written a checkpoint of its own it trains; then at any moment.
      while (!ended && writtenMs(output) === before) await delay(2);
      await delay(draw() * 300);
      child.kill('SIGKILL');
      const { signal, code, stderr } = await result;
      if (signal !== 'SIGKILL') {
        assert.equal(code, 0, stderr);
        assert.deepEqual(outputDigests(output), expected);
        finished += 1;
        continue;
      }
      const standing = standingOf(output);
      // It may have been killed behind its training.
      if (standing === undefined) continue;
      killed += 1;
      assert.ok(standing.step > from, 'it went on from where the one before was killed');
      if (standing.loop.epoch > 0 || standing.loop.batch > 0) within += 1;
    }
    const output = join(folder, `killed-${finished}`);
    await runWell(args(output));
    assert.deepEqual(outputDigests(output), expected);
    context.diagnostic(`${killed} kills, ${within} of them within a megaset, ${finished + 1} runs`);
    assert.ok(within > killed / 2, `${within} of ${killed} within a megaset`);
  });
});
