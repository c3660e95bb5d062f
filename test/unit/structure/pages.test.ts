import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';

/** Files that git tracks; in an unpacked archive without git, those at the top and in docs/. */
function pages(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '*.md'], {
      cwd: packageRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return listed.split('\n').filter((name) => name !== '');
  } catch {
    const docs = readdirSync(join(packageRoot, 'docs')).map((name) => join('docs', name));
    return [...readdirSync(packageRoot), ...docs].filter((name) => name.endsWith('.md'));
  }
}

test('links between pages lead somewhere', () => {
  const broken: string[] = [];
  let links = 0;
  for (const page of pages()) {
    const text = readFileSync(join(packageRoot, page), 'utf8');
    for (const match of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      links += 1;
      if (!existsSync(join(packageRoot, dirname(page), match[1]!))) broken.push(`${page}: ${match[1]}`);
    }
  }
  assert.ok(links > 5);
  assert.deepEqual(broken, []);
});

test('every promise of the README names a test or a page that is there', () => {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('## What it promises'), readme.indexOf('## More'));
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
  assert.ok(rows.length >= 8);
  for (const row of rows) {
    const named = [...row.matchAll(/`(test\/[^`]+)`|\]\((docs\/[^)]+)\)/g)].map(
      (match) => match[1] ?? match[2]!,
    );
    assert.ok(named.length > 0, `no test named: ${row}`);
    for (const path of named) assert.ok(existsSync(join(packageRoot, path)), `${path} is not there: ${row}`);
  }
});

test('the commands that the README shows are commands of the program', async () => {
  const readme = readFileSync(join(packageRoot, 'README.md'), 'utf8');
  const shown = new Set([...readme.matchAll(/npx rmmstream ([a-z]+)/g)].map((match) => match[1]!));
  const { commands } = await import('../../../cli/commands/index.js');
  const { Command } = await import('commander');
  const program = new Command();
  for (const register of commands) register(program, {} as never);
  const known = program.commands.map((command) => command.name());
  assert.ok(shown.size >= 5);
  for (const name of shown) assert.ok(known.includes(name), `rmmstream ${name} is not a command`);
});

test('no page holds what a merge could not decide', () => {
  const marked = pages().filter((page) =>
    /^(<{7}|={7}|>{7})( |$)/m.test(readFileSync(join(packageRoot, page), 'utf8')),
  );
  assert.deepEqual(marked, []);
});
