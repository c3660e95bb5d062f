import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';

/*
 * What the script says before it fetches anything. That it builds a binding which computes as Keras does is shown
 * where RMMSTREAM_TFJS_NODE points to one (docs/gpu.md): every test over testedBackends runs on it then.
 */

const script = join(packageRoot, 'deploy/gpu/build-tfjs-binding.sh');
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-binding-'));
});

after(() => rmSync(folder, { recursive: true, force: true }));

function build(args: readonly string[], path = process.env.PATH ?? '') {
  const { status, stderr, stdout } = spawnSync('/bin/bash', [script, ...args], {
    cwd: folder,
    env: { PATH: path },
    encoding: 'utf8',
  });
  return { status, stderr, stdout };
}

/** A folder with links to these programs and to nothing else. */
function onlyPrograms(name: string, programs: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const program of programs) {
    const found = (process.env.PATH ?? '')
      .split(delimiter)
      .map((part) => join(part, program))
      .find((file) => spawnSync('test', ['-x', file]).status === 0);
    if (found !== undefined) symlinkSync(found, join(path, program));
  }
  return path;
}

test('wrong use is refused with what was expected', () => {
  assert.match(build(['--help']).stdout, /usage: build-tfjs-binding.sh .*TARGET/);
  for (const [args, message] of [
    [[], /no TARGET was given/],
    [['a', 'b'], /one TARGET is expected, found a and b/],
    [['--tensorflow'], /--tensorflow needs a value/],
    [['--fast', 'a'], /unknown option --fast/],
  ] as const) {
    const { status, stderr } = build(args);
    assert.equal(status, 2, stderr);
    assert.match(stderr, message);
  }
});

test('what is missing is named, with how to get it', () => {
  const without = onlyPrograms('bin', ['uname', 'node', 'npm', 'dirname']);
  const { status, stderr } = build(['new'], without);
  assert.equal(status, 1);
  assert.match(stderr, /g\+\+ is not installed; on Debian and Ubuntu: apt-get install g\+\+/);
  const missing = build(['--tensorflow-folder', join(folder, 'none'), 'new']);
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /there is no folder .*none/);
  const empty = build(['--tensorflow-folder', folder, 'new']);
  assert.equal(empty.status, 1);
  assert.match(empty.stderr, /holds no libtensorflow_cc.so.2; a wheel of TensorFlow 2.15 or newer has it/);
});

test('a folder that holds something is left alone', () => {
  const target = join(folder, 'full');
  mkdirSync(target);
  writeFileSync(join(target, 'file'), '');
  const { status, stderr } = build([target]);
  assert.equal(status, 1);
  assert.match(stderr, /full is not empty; give a new folder/);
});
