import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../lib/base/package-root.js';

/** Names of the tests of a file, those that are always passed over left out. */
function testsOf(source: string): string[] {
  return [...source.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g)].map(([, , name]) => name!);
}

test('every line of the threat model names tests that are there', () => {
  const page = readFileSync(join(packageRoot, 'SECURITY.md'), 'utf8');
  const rows = page
    .slice(page.indexOf('## Threat model'))
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'));
  // None is lost unseen.
  assert.ok(rows.length >= 39, `${rows.length} rows`);
  for (const row of rows) {
    const held = row.split(' | ').at(-1)!;
    const files = [...held.matchAll(/`(test\/[^`]+)`((?:,? "[^"]+")+)/g)];
    assert.ok(files.length > 0, `no test is named: ${row}`);
    // Nothing is left over that was meant to name a test and is not read as one.
    const left = files.reduce((text, [whole]) => text.replace(whole, ''), held).replace(/[ ,|]/g, '');
    assert.equal(left, '', row);
    for (const [, file, titles] of files) {
      const path = join(packageRoot, file!);
      assert.ok(existsSync(path), `${file} is not there`);
      const found = testsOf(readFileSync(path, 'utf8'));
      for (const [, title] of titles!.matchAll(/"([^"]+)"/g))
        assert.ok(
          found.some((name) => name.includes(title!)),
          `${file} has no test "${title}"`,
        );
    }
  }
});
