import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { makeFolder } from '../../../lib/base/make-folder.js';

test('folders are made with those above them, and again without harm', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  context.after(() => rmSync(root, { recursive: true }));
  const path = join(root, 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  assert.ok(statSync(path).isDirectory());
  const file = join(root, 'file');
  writeFileSync(file, '');
  assert.throws(() => makeFolder(file), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(file, 'below')), { code: 'ENOTDIR' });
});

test('a place that takes no folders is an error and not an endless loop', () => {
  if (!existsSync('/proc/self')) return;
  assert.throws(() => makeFolder('/proc/rmmstream/a/b'), { code: 'ENOENT' });
});
