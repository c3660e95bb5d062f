import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../lib/base/package-root.js';
import { seededRandom } from '../sim/support/chance.js';
import { inFolder, outputDigests, runCli, startCli } from '../support/cli.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const kills = long ? 25 : 6;
const config = join(packageRoot, 'samples', 'config.yaml');
// Small ranges and batches of work, so that there are many moments to be killed at.
const settings = [
  '--set',
  'engine.range_events=8192',
  '--set',
  'training.epochs=3',
  '--set',
  'training.batch_events=512',
];

test(`a run killed with -9 at random moments (${kills} kills) ends with the same bytes as an uninterrupted one`, async (context) => {
  const seed = Number(process.env.RMMSTREAM_TEST_SEED ?? Date.now() % 1_000_000);
  context.diagnostic(`seed ${seed}`);
  const draw = seededRandom(seed);
  await inFolder(async (folder) => {
    const args = (output: string) => ['run', config, '--output', output, ...settings];
    const calm = join(folder, 'calm');
    const started = performance.now();
    const reference = await runCli(args(calm));
    assert.equal(reference.code, 0, reference.stderr);
    const usual = performance.now() - started;
    const expected = outputDigests(calm);
    assert.ok(Object.keys(expected).filter((name) => name.startsWith('scores')).length === 17);

    let killed = 0;
    let finished = 0;
    for (let round = 0; killed < kills || finished === 0; round += 1) {
      const output = join(folder, `killed-${finished}`);
      const { child, result } = startCli(args(output));
      const timer = killed < kills ? setTimeout(() => child.kill('SIGKILL'), draw() * usual) : undefined;
      const ended = await result;
      clearTimeout(timer);
      if (ended.signal === 'SIGKILL') {
        killed += 1;
        continue;
      }
      assert.equal(ended.code, 0, ended.stderr);
      assert.deepEqual(outputDigests(output), expected);
      finished += 1;
      assert.ok(round < 10 * kills + 10, 'the runs end before they can be killed');
    }
    context.diagnostic(`${killed} kills, ${finished} runs brought to their end`);
  });
});

test('a finished run started again does nothing and says so', async () => {
  await inFolder(async (folder) => {
    const output = join(folder, 'out');
    const args = [
      'run',
      config,
      '--output',
      output,
      '--max-events',
      '600',
      ...settings,
      '--set',
      'features.min_filled=20',
    ];
    const first = await runCli(args);
    assert.equal(first.code, 0, first.stderr);
    const before = outputDigests(output);
    const again = await runCli(args);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /finished: nothing to do/);
    assert.deepEqual(outputDigests(output), before);

    const changed = await runCli([...args, '--set', 'training.learning_rate=0.002']);
    assert.equal(changed.code, 2);
    assert.match(changed.stderr, /error\[run_changed\].*training\.learning_rate: 0\.001 -> 0\.002/s);
    assert.deepEqual(outputDigests(output), before);

    const fresh = await runCli([...args, '--set', 'training.learning_rate=0.002', '--fresh']);
    assert.equal(fresh.code, 0, fresh.stderr);
    assert.notDeepEqual(outputDigests(output), before);
  });
});

test('neither the number of workers nor the output directory changes a byte', async () => {
  await inFolder(async (folder) => {
    const small = ['--max-events', '600', ...settings, '--set', 'features.min_filled=20'];
    const one = await runCli(['run', config, '--output', join(folder, 'one'), '--workers', '1', ...small]);
    assert.equal(one.code, 0, one.stderr);
    const three = await runCli([
      'run',
      config,
      '--output',
      join(folder, 'three'),
      '--workers',
      '3',
      ...small,
    ]);
    assert.equal(three.code, 0, three.stderr);
    assert.deepEqual(outputDigests(join(folder, 'three')), outputDigests(join(folder, 'one')));
  });
});
