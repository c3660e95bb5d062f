import assert from 'node:assert/strict';
import test from 'node:test';
import { dockerignore } from '../../support/docker/dockerignore.js';

test('the last line that matches decides, for a folder and all that is in it', () => {
  const ignored = dockerignore('# all\n*\n!lib\n!deploy/docker/health.mjs\n**/*.md\n!lib/keep.md\nlib/a?\n');
  const shown = ['lib/x.ts', 'lib/deep/y.ts', 'deploy/docker/health.mjs', 'lib/keep.md', 'lib/abc'];
  const hidden = [
    'README.md',
    '.git/config',
    'lib/deep/README.md',
    'deploy/docker/Dockerfile',
    'lib/ab',
    'lib/ab/c',
  ];
  assert.deepEqual(shown.filter(ignored), []);
  assert.deepEqual(
    hidden.filter((path) => !ignored(path)),
    [],
  );
});
