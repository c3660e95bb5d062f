import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { layoutOf } from '../../../services/pipeline/layout.js';
import type { Manifest } from '../../../services/pipeline/manifest.js';
import { openRunDirectory } from '../../../services/pipeline/run-directory.js';

const manifest: Manifest = {
  version: 1,
  program: '1.0.0',
  configurationHash: 'h',
  configuration: {},
  inputs: [],
};

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const options = (directory: string, more = {}) => ({
  directory,
  manifest,
  fresh: false,
  extend: false,
  differences: () => [],
  bytesNeeded: 0,
  ...more,
});

function open(directory: string, more = {}): string {
  const { state, release } = openRunDirectory(options(directory, more));
  release();
  return state;
}

test('new, resumed, finished, extended', () => {
  inFolder((folder) => {
    const layout = layoutOf(join(folder, 'out'));
    assert.equal(open(layout.root), 'new');
    assert.equal(open(layout.root), 'resumed');
    writeFileSync(layout.finished, '{}');
    assert.equal(open(layout.root), 'finished');
    const inputs = [{ sample: 's', kind: 'data', file: 'f', fingerprint: 'x', entries: 1 }];
    const larger = { manifest: { ...manifest, inputs } };
    assert.throws(() => open(layout.root, larger), { code: 'run_changed' });
    mkdirSync(layout.features);
    mkdirSync(layout.scores);
    assert.equal(open(layout.root, { ...larger, extend: true }), 'extended');
    assert.deepEqual([existsSync(layout.features), existsSync(layout.scores)], [true, false]);
    assert.equal(open(layout.root, larger), 'resumed');
    assert.equal(open(layout.root, { fresh: true }), 'new');
    assert.equal(existsSync(layout.features), false);
  });
});

test('a checkpoint of which a kill left only the successor goes as the checkpoint does', () => {
  inFolder((folder) => {
    const layout = layoutOf(folder);
    const next = `${layout.checkpoint}.next`;
    const inputs = [{ sample: 's', kind: 'data', file: 'f', fingerprint: 'x', entries: 1 }];
    open(folder);
    for (const [how, state] of [
      [{ manifest: { ...manifest, inputs }, extend: true }, 'extended'],
      [{ fresh: true }, 'new'],
    ] as const) {
      mkdirSync(next);
      assert.equal(open(folder, how), state);
      assert.equal(existsSync(next), false, state);
    }
  });
});

test('half-written files of ours are swept, files of others are not', () => {
  inFolder((folder) => {
    const layout = layoutOf(folder);
    open(folder);
    mkdirSync(layout.scores);
    mkdirSync(join(folder, 'letters'));
    const [one, other] = ['0123456789ab.tmp', 'ffff456789ab.tmp'];
    const ours = [`.run.json.${one}`, `scores/.a.parquet.${one}`, `.work/.manifest.json.${one}`];
    ours.push(`.run.json.${other}`, `.model.${one}`);
    const theirs = ['draft.tmp', `.draft.${one}`, `letters/.b.${one}`, 'scores/notes.tmp', 'scores/.my.tmp'];
    for (const name of [...ours, ...theirs]) writeFileSync(join(folder, name), '');
    open(folder);
    for (const name of ours) assert.equal(existsSync(join(folder, name)), false, name);
    for (const name of theirs) assert.equal(existsSync(join(folder, name)), true, name);
  });
});

test('a disk with too little room, a foreign folder and a live lock are refused, and the lock is given back', () => {
  inFolder((folder) => {
    assert.throws(() => open(folder, { bytesNeeded: 1e18 }), { code: 'disk_full' });
    const { release } = openRunDirectory(options(folder));
    assert.throws(() => open(folder), { code: 'run_locked' });
    release();
    assert.equal(open(folder), 'resumed');
    assert.deepEqual(readdirSync(join(folder, '.work')), ['manifest.json']);
    const foreign = join(folder, 'foreign');
    mkdirSync(join(foreign, 'scores'), { recursive: true });
    assert.throws(() => open(foreign, { fresh: true }), { code: 'not_a_run' });
  });
});

test('a directory in which a full disk stopped the lock itself is taken as new', () => {
  inFolder((folder) => {
    const layout = layoutOf(join(folder, 'out'));
    mkdirSync(layout.work, { recursive: true });
    assert.equal(open(layout.root), 'new');
    const other = layoutOf(join(folder, 'other'));
    mkdirSync(other.work, { recursive: true });
    writeFileSync(`${other.lock}.123`, '');
    assert.equal(open(other.root), 'new');
    const foreign = layoutOf(join(folder, 'foreign'));
    mkdirSync(foreign.work, { recursive: true });
    writeFileSync(join(foreign.work, 'mine.txt'), '');
    assert.throws(() => open(foreign.root), { code: 'not_a_run' });
  });
});
