import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { AtomicFile, prepareFileAtomic, writeFileAtomic } from '../../../lib/base/atomic-file.js';
import { prepareAll } from '../../../lib/base/prepared.js';
import {
  sweepTemporariesOf,
  sweepTemporaryFiles,
  sweepTemporaryTree,
} from '../../../lib/base/temporary-files.js';
import { inFolder } from '../../support/cli.js';

test('two writers of one path never write into each other, and the last to publish has the path', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'rows.parquet');
    const old = new AtomicFile(path);
    old.write(Buffer.from('old, begun'));
    writeFileAtomic(path, 'new and whole');
    old.write(Buffer.from(' and gone on with'));
    assert.equal(readFileSync(path, 'utf8'), 'new and whole');
    old.finish();
    assert.equal(readFileSync(path, 'utf8'), 'old, begun and gone on with');
    assert.deepEqual(readdirSync(folder), ['rows.parquet']);
  });
});

test('a prepared file is published once, or given up without a trace', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'a');
    const given = prepareFileAtomic(path, ['on', 'e'].map(Buffer.from));
    given.abort();
    assert.deepEqual(readdirSync(folder), []);
    const file = prepareFileAtomic(path, 'two');
    assert.match(readdirSync(folder).join(' '), /^\.a\.[0-9a-f]{12}\.tmp$/);
    file.publish();
    file.abort();
    assert.equal(readFileSync(path, 'utf8'), 'two');
    assert.throws(() => file.publish(), { code: 'internal_invariant' });
  });
});

test('what was swept cannot be published, whether it was prepared by then or not', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'a');
    const open = new AtomicFile(path);
    const prepared = prepareFileAtomic(path, 'old');
    sweepTemporariesOf(path);
    writeFileAtomic(path, 'new');
    open.write(Buffer.from('old'));
    for (const publish of [() => prepared.publish(), () => open.finish()])
      assert.throws(publish, { code: 'io_failed', message: /a could not be published: its temporary file/ });
    assert.equal(readFileSync(path, 'utf8'), 'new');
    assert.deepEqual(readdirSync(folder), ['a']);
  });
});

test('a sweep takes what writers left under the names that are chosen, and nothing of anybody else', async () => {
  await inFolder(async (folder) => {
    const deep = join(folder, 'deep');
    mkdirSync(deep);
    const kept = ['.b.tmp', 'c.tmp', '.d.0123456789.tmp', 'e.0123456789ab.tmp'];
    for (const name of kept) writeFileSync(join(folder, name), '');
    sweepTemporaryFiles(join(folder, 'absent'));
    for (const name of ['p1.a', 'p1.b', 'p2.a']) prepareFileAtomic(join(folder, name), '');
    prepareFileAtomic(join(deep, 'p1.a'), '');
    const left = () =>
      readdirSync(folder, { recursive: true }).map((name) => String(name).split('/').at(-1)!);
    sweepTemporaryFiles(folder, (name) => name.startsWith('p1.'));
    assert.deepEqual(
      left()
        .filter((name) => /p\d/.test(name))
        .map((name) => name.slice(0, 5))
        .sort(),
      ['.p1.a', '.p2.a'],
    );
    sweepTemporaryTree(folder);
    assert.deepEqual(left().sort(), [...kept, 'deep'].sort());
  });
});

test('of outputs that are prepared together none is left where one fails', async () => {
  await inFolder(async (folder) => {
    const make = function* () {
      yield prepareFileAtomic(join(folder, 'a'), '');
      yield prepareFileAtomic(join(folder, 'b'), '');
      throw new Error('no room');
    };
    assert.throws(() => prepareAll(make()), { message: 'no room' });
    assert.deepEqual(readdirSync(folder), []);
  });
});
