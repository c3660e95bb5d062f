import assert from 'node:assert/strict';
import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { looseSamples } from '../../../services/pipeline/loose-inputs.js';

test('each file is a sample of its own name; files of one name and --sample put several together', () => {
  const samples = looseSamples(['a/zee.root', 'b/zee.root', '/data/my file.root'], '/data', undefined);
  assert.deepEqual(samples, [
    {
      name: 'zee',
      kind: 'input',
      files: [
        { name: 'a/zee.root', path: '/data/a/zee.root' },
        { name: 'b/zee.root', path: '/data/b/zee.root' },
      ],
    },
    // No absolute path gets into an output.
    { name: 'my_file', kind: 'input', files: [{ name: 'my file.root', path: '/data/my file.root' }] },
  ]);
  assert.equal(looseSamples(['a.root', 'b.root'], '/', 'all').length, 1);
});

test('one file under two names is given twice', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.root'), 'x');
  linkSync(join(folder, 'a.root'), join(folder, 'b.root'));
  symlinkSync(join(folder, 'a.root'), join(folder, 'c.root'));
  for (const other of ['a.root', './a.root', 'b.root', 'c.root']) {
    assert.throws(() => looseSamples(['a.root', other], folder, undefined), { code: 'cli_usage' });
  }
  // What does not exist is told when it is opened, also below something that is no folder.
  assert.equal(looseSamples(['a.root/x.root', 'nope.root'], folder, undefined).length, 2);
});
