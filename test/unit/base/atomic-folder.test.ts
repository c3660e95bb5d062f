import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { AtomicFolder } from '../../../lib/base/atomic-folder.js';
import { sweepTemporariesOf } from '../../../lib/base/temporary-files.js';
import { inFolder } from '../../support/cli.js';

function made(path: string, files: Readonly<Record<string, string>>): AtomicFolder {
  const folder = new AtomicFolder(path);
  for (const [name, content] of Object.entries(files)) folder.write(name, Buffer.from(content));
  return folder;
}

function contents(path: string): Record<string, string> {
  return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

test('a folder takes the place of another as a whole, or is given up without a trace', async () => {
  await inFolder(async (root) => {
    const path = join(root, 'deep', 'model');
    made(path, { a: '1', b: '2' }).publish();
    const [one, other] = [made(path, { a: '3' }), made(path, { c: '4' })];
    one.publish();
    assert.deepEqual(contents(path), { a: '3' });
    other.abort();
    assert.deepEqual(readdirSync(join(root, 'deep')), ['model']);
    assert.deepEqual(contents(path), { a: '3' });
  });
});

test('a folder without files takes away what stands there', async () => {
  await inFolder(async (root) => {
    const path = join(root, 'letters');
    made(path, {}).publish();
    assert.deepEqual(readdirSync(root), []);
    mkdirSync(path);
    writeFileSync(join(path, 'old'), '');
    made(path, {}).publish();
    assert.deepEqual(readdirSync(root), []);
  });
});

test('a folder that was swept takes nothing away from its successor', async () => {
  await inFolder(async (root) => {
    const path = join(root, 'model');
    const [old, empty] = [made(path, { a: 'old' }), made(path, {})];
    sweepTemporariesOf(path);
    made(path, { a: 'new' }).publish();
    for (const folder of [old, empty])
      assert.throws(() => folder.publish(), { code: 'io_failed', message: /model/ });
    const half = made(path, { a: 'half' });
    sweepTemporariesOf(path);
    half.write('b', Buffer.from('of the other half'));
    assert.throws(() => half.publish(), { code: 'io_failed', message: /model could not be published/ });
    assert.deepEqual(contents(path), { a: 'new' });
    assert.deepEqual(readdirSync(root), ['model']);
  });
});
