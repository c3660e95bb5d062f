import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { errorAreas } from '../../../cli/error-page.js';
import { generatedFiles } from '../../../cli/generated-files.js';
import { errorCodes } from '../../../lib/base/codes/index.js';
import { packageRoot } from '../../../lib/base/package-root.js';

for (const { path, content } of generatedFiles()) {
  test(`${path} is what the code generates (npm run generate)`, () => {
    assert.equal(readFileSync(join(packageRoot, path), 'utf8'), content);
  });
}

test('no error code stands in two areas, where one would silently replace the other', () => {
  const all = errorAreas.flatMap(([, codes]) => Object.keys(codes));
  assert.deepEqual([...all].sort(), Object.keys(errorCodes).sort());
});

test('every error code is in docs/errors.md once, with a summary and a cure', () => {
  const page = readFileSync(join(packageRoot, 'docs/errors.md'), 'utf8');
  for (const [code, { summary, cure }] of Object.entries(errorCodes)) {
    assert.equal(page.split(`\n| \`${code}\` |`).length, 2, code);
    assert.match(summary, /^[A-Z].*\.$/s, code);
    assert.match(cure, /\.$/s, code);
  }
});
