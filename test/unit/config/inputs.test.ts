import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { checkConfig } from '../../../lib/config/load.js';
import { folderWith, lines } from './fixtures.js';

function problemsOf(context: TestContext, files: string, prepare: (folder: string) => void = () => {}) {
  const yaml = `input: {samples: [{name: z, kind: background, files: [${files}]}]}\n`;
  const folder = folderWith(context, { 'a.yaml': yaml, 'mc/zee.root': '1', 'mc/ww.root': '2' });
  prepare(folder);
  const checked = checkConfig({ file: 'a.yaml', environment: {}, currentDirectory: folder, needs: 'any' });
  return lines(checked).map((line) => line.replaceAll(folder, 'FOLDER'));
}

test('a missing file', (context) => {
  assert.deepEqual(problemsOf(context, 'mc/absent.root'), [
    'input_file_missing | a.yaml:1:55: input.samples[0].files[0]: found "mc/absent.root", which does not exist (looked for FOLDER/mc/absent.root)',
  ]);
});

test('a file with the tree in its name, as uproot takes it', (context) => {
  assert.deepEqual(problemsOf(context, '"mc/zee.root:mini"'), [
    'input_file_missing | a.yaml:1:55: input.samples[0].files[0]: found "mc/zee.root:mini", which does not exist (looked for FOLDER/mc/zee.root:mini); "mc/zee.root" does: leave the tree out, the profile names it',
  ]);
});

test('a directory', (context) => {
  assert.deepEqual(problemsOf(context, 'mc/'), [
    'input_not_a_file | a.yaml:1:55: input.samples[0].files[0]: found the directory "mc/", expected a file; write "mc/*.root" for the files in it',
  ]);
});

test('an empty glob', (context) => {
  assert.deepEqual(problemsOf(context, '"mc/*.rot"'), [
    'input_glob_empty | a.yaml:1:55: input.samples[0].files[0]: found the pattern "mc/*.rot", which matches nothing below FOLDER; expected at least one file',
  ]);
  assert.deepEqual(problemsOf(context, '"m*"'), [
    'input_glob_empty | a.yaml:1:55: input.samples[0].files[0]: found the pattern "m*", which matches only the directory mc below FOLDER; expected at least one file',
  ]);
});

test('remote addresses', (context) => {
  assert.deepEqual(problemsOf(context, '"root://eos.cern.ch//zee.root", "https://x.org/*.root"'), [
    'input_remote | a.yaml:1:55: input.samples[0].files[0]: found the remote address "root://eos.cern.ch//zee.root", expected a local file; copy it to a local disk with xrdcp and give the local path',
    'input_remote | a.yaml:1:87: input.samples[0].files[1]: found the remote address "https://x.org/*.root", expected a local file; copy it to a local disk and give the local path',
  ]);
});

test('braces that unfold to too many patterns', (context) => {
  const many = `"${'{a,b}'.repeat(12)}"`;
  assert.match(problemsOf(context, many).join(), /^input_glob_empty .*unfold to more than 1,024 patterns$/);
});

test('a file listed twice, through a pattern, a link and a hard link', (context) => {
  assert.deepEqual(problemsOf(context, 'mc/zee.root, "mc/*.root"'), [
    'input_file_repeated | a.yaml:1:68: input.samples[0].files[1]: found the file mc/zee.root of sample z, which input.samples[0].files[0] (sample z) lists already; expected each file once',
  ]);
  for (const link of [symlinkSync, linkSync]) {
    const found = problemsOf(context, 'mc/zee.root, other.root', (folder) =>
      link(join(folder, 'mc/zee.root'), join(folder, 'other.root')),
    );
    assert.deepEqual(found, [
      'input_file_repeated | a.yaml:1:68: input.samples[0].files[1]: found the file other.root of sample z, which input.samples[0].files[0] (sample z) lists already as mc/zee.root; expected each file once',
    ]);
  }
});

test('a file in two samples names both', (context) => {
  const folder = folderWith(context, {
    'a.yaml':
      'input:\n  samples:\n    - {name: one, kind: background, files: [x.root]}\n    - {name: two, kind: signal, files: [./x.root]}\n',
    'x.root': '1',
  });
  const checked = checkConfig({ file: 'a.yaml', environment: {}, currentDirectory: folder, needs: 'any' });
  assert.deepEqual(lines(checked), [
    'input_file_repeated | a.yaml:4:41: input.samples[1].files[0]: found the file ./x.root of sample two, which input.samples[0].files[0] (sample one) lists already as x.root; expected each file once',
  ]);
});

test('a file whose name looks like a pattern is taken as it is', (context) => {
  assert.deepEqual(
    problemsOf(context, '"mc/[x].root"', (folder) => {
      mkdirSync(join(folder, 'mc'), { recursive: true });
      linkSync(join(folder, 'mc/zee.root'), join(folder, 'mc/[x].root'));
    }),
    [],
  );
});

test('a directory that cannot be read, where its files would be left out', async (context) => {
  const module = JSON.stringify(new URL('../../../lib/config/load.js', import.meta.url).href);
  const folder = folderWith(context, {
    'a.yaml': 'input: {samples: [{name: z, kind: background, files: ["mc/*/*.root", "mc/away/*.root"]}]}\n',
    'mc/open/zee.root': '1',
    'mc/shut/ww.root': '2',
  });
  chmodSync(folder, 0o755);
  chmodSync(join(folder, 'mc/shut'), 0);
  // Nothing is shut to root.
  const script = `
    const { checkConfig } = await import(${module});
    if (process.getuid?.() === 0) process.setuid(65534);
    const asked = { file: 'a.yaml', environment: {}, currentDirectory: ${JSON.stringify(folder)}, needs: 'any' };
    const { problems } = checkConfig(asked);
    for (const { code, path, message } of problems)
      if (path.startsWith('input.samples')) console.log(code + ' | ' + message);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  chmodSync(join(folder, 'mc/shut'), 0o755);
  assert.deepEqual(stdout.trim().split('\n'), [
    'input_folder_unreadable | found the directory mc/shut, which cannot be read (EACCES), so files that "mc/*/*.root" matches may be left out; make it readable, or narrow the pattern',
    `input_glob_empty | found the pattern "mc/away/*.root", which matches nothing below ${folder}; expected at least one file`,
  ]);
});
