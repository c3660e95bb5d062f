import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { loadModel, readFolderFiles, writeFolder } from '../../../services/scorer/model-folder.js';

test('a folder appears as a whole and replaces what was there', (context) => {
  const root = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  context.after(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'model');
  mkdirSync(folder);
  writeFileSync(join(folder, 'old'), '');
  writeFolder(folder, [{ name: 'a', bytes: Uint8Array.of(1, 2) }]);
  assert.deepEqual(readdirSync(root), ['model']);
  assert.deepEqual(readdirSync(folder), ['a']);
  assert.deepEqual([...readFolderFiles(folder, ['a'])!.get('a')!], [1, 2]);
  assert.equal(readFolderFiles(folder, ['a', 'b']), undefined);
  assert.equal(readFolderFiles(join(folder, 'a'), ['b']), undefined, 'a file in place of the folder');
  assert.throws(() => loadModel(folder), { code: 'model_missing', message: /it lacks model\.json/ });
});
