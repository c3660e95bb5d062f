import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { openRootFile } from '../../../../lib/columnar/root/index.js';
import { compareFile, type FileDigests, goldenFolder } from './compare.js';

const golden = JSON.parse(readFileSync(join(goldenFolder, 'golden.json'), 'utf8')) as Record<
  string,
  FileDigests
>;

function rootFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.root'))
    .map((name) => join(folder, name))
    .sort();
}

for (const path of rootFiles(goldenFolder)) {
  test(`${basename(path)} reads as uproot reads it`, async () => {
    const expected = golden[basename(path)];
    assert.ok(expected !== undefined, 'golden.json has no digests of it');
    const { compared, differences } = await compareFile(path, expected);
    assert.deepEqual(differences, []);
    const branches = Object.values(expected.trees).flatMap((tree) => Object.keys(tree.branches));
    assert.ok(compared > 0 || branches.length === 0);
  });
}

test('a file beyond 2 GB, with 64-bit keys, reads as uproot reads it', async () => {
  const expected = golden.big as FileDigests & { size: number; tail: number };
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-big-'));
  try {
    // Almost all of it is a hole: only head and tail take room on the disk.
    const path = join(folder, 'big.root');
    const descriptor = openSync(path, 'w');
    writeSync(descriptor, readFileSync(join(goldenFolder, 'big.head')), 0, null, 0);
    const tail = readFileSync(join(goldenFolder, 'big.tail'));
    writeSync(descriptor, tail, 0, tail.length, expected.tail);
    closeSync(descriptor);
    const { compared, differences } = await compareFile(path, expected);
    assert.deepEqual(differences, []);
    assert.ok(compared > 40);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('all cycles, directories and trees are listed; things that are no trees are not', async () => {
  const file = await openRootFile(join(goldenFolder, 'places.root'));
  const listed = file.trees.map(({ name, cycle, entries }) => `${name};${cycle} ${entries}`).sort();
  assert.deepEqual(listed, [
    'a/b/mini;1 1',
    'a/b/tuple;1 7',
    'bare;1 0',
    'empty;1 0',
    'mini;1 5',
    'mini;2 9',
    'odd;1 1',
  ]);
  assert.equal(file.columns('mini', ['x']).entries, 9);
  assert.equal(file.columns('mini;1', ['x']).entries, 5);
  const odd = file.trees.find(({ name }) => name === 'odd')!;
  const reasons = Object.fromEntries(odd.branches.map(({ name, type, why }) => [name, type ?? why]));
  assert.equal(reasons.good, 'float32');
  for (const name of ['nested', 'words', 'pair', 'word', 'text']) {
    assert.match(String(reasons[name]), /not read|objects|leaves|strings/, name);
    assert.throws(() => file.columns('odd', [name]), { code: 'root_branch_unsupported' });
  }
  assert.deepEqual(file.columns('empty', ['x']).read(0, 0)[0]!.values.length, 0);
  file.close();
});

test('an embedded basket is read from the tree itself', async () => {
  const file = await openRootFile(join(goldenFolder, 'embedded.root'));
  const [tree] = file.metadata().trees;
  const embedded = tree!.branches.filter((branch) => (branch.layout?.embedded.length ?? 0) > 0);
  assert.ok(embedded.length > 10);
  file.close();
});

const sharedFolder = join(packageRoot, '..', 'shared', 'data', 'io');
if (existsSync(sharedFolder)) {
  test('the files of ../shared/data/io read as uproot reads them', async () => {
    const expected = JSON.parse(readFileSync(join(goldenFolder, 'shared-io.json'), 'utf8')) as Record<
      string,
      FileDigests
    >;
    for (const path of rootFiles(sharedFolder)) {
      const { compared, differences } = await compareFile(path, expected[basename(path)]!);
      assert.deepEqual(differences, []);
      assert.equal(compared, 81);
    }
  });
}

const scikitFolder = process.env.RMMSTREAM_SCIKIT_HEP_DATA;
if (process.env.RMMSTREAM_TEST_LONG === '1' && scikitFolder !== undefined) {
  test('every file of the scikit-hep-testdata wheels reads as uproot reads it', async () => {
    const packed = readFileSync(join(goldenFolder, 'scikit-hep.json.gz'));
    const expected = JSON.parse(gunzipSync(packed).toString()) as Record<string, FileDigests>;
    const paths = new Map(rootFiles(scikitFolder).map((path) => [basename(path), path]));
    let branches = 0;
    for (const [name, digests] of Object.entries(expected)) {
      const path = paths.get(name);
      assert.ok(path !== undefined, `${name} is not below ${scikitFolder}`);
      if (digests.failed !== undefined) continue;
      const { compared, differences } = await compareFile(path, digests);
      assert.deepEqual(differences, [], name);
      branches += compared;
    }
    assert.ok(branches > 12_000, `${branches} branches`);
  });
}
