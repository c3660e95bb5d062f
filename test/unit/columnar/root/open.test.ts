import assert from 'node:assert/strict';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { columnReaderFrom, openRootFile } from '../../../../lib/columnar/root/index.js';
import { goldenFolder } from '../../../golden/columnar/root/compare.js';

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-open-'));
after(() => rmSync(folder, { recursive: true }));
const good = join(goldenFolder, 'types-zlib.root');

async function refusal(path: string): Promise<RmmError> {
  try {
    (await openRootFile(path)).close();
  } catch (error) {
    assert.ok(error instanceof RmmError, String(error));
    return error;
  }
  assert.fail(`${path} was opened`);
}

test('what is no local ROOT file is refused, each with a code and words of its own', async () => {
  mkdirSync(join(folder, 'directory.root'));
  writeFileSync(join(folder, 'text.root'), '<!DOCTYPE html><html>not found</html>');
  writeFileSync(join(folder, 'empty.root'), '');
  const cases = [
    ['missing.root', 'root_file_missing', /does not exist/],
    ['directory.root', 'root_is_directory', /directory.*\*\.root/],
    ['text.root', 'root_not_a_root_file', /begins with "<!DOCTYPE h/],
    ['empty.root', 'root_file_empty', /0 bytes/],
  ] as const;
  for (const [name, code, words] of cases) {
    const error = await refusal(join(folder, name));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    assert.match(error.message, new RegExp(name));
  }
  const remote = await refusal('root://eos.example//data/mini.root');
  assert.equal(remote.code, 'root_remote_url');
  assert.match(remote.message, /xrdcp root:\/\/eos\.example/);
});

test('a file cut in half names the missing bytes', async () => {
  const path = join(folder, 'half.root');
  copyFileSync(good, path);
  const size = readFileSync(good).length;
  truncateSync(path, Math.floor(size / 2));
  const error = await refusal(path);
  assert.equal(error.code, 'root_truncated');
  assert.match(error.message, new RegExp(`${size - Math.floor(size / 2)} bytes are missing`));
});

test('a file cut at any length is refused with a code', async () => {
  const path = join(folder, 'cut.root');
  const bytes = readFileSync(join(goldenFolder, 'places.root'));
  for (let length = 1; length < bytes.length; length += 97) {
    writeFileSync(path, bytes.subarray(0, length));
    const { code } = await refusal(path);
    assert.ok(
      code === 'root_truncated' || (length < 4 && code === 'root_not_a_root_file'),
      `${length}: ${code}`,
    );
  }
});

test('a tree or branch that is not there is named with what is', async () => {
  const file = await openRootFile(good);
  assert.throws(
    () => file.columns('maxi', []),
    (error: RmmError) => error.code === 'root_tree_missing' && /mini;1/.test(error.message),
  );
  assert.throws(
    () => file.columns('mini', ['one_float23', 'n']),
    (error: RmmError) =>
      error.code === 'root_branch_missing' && /one_float23 \(nearest: one_float32/.test(error.message),
  );
  file.close();
  const without = await openRootFile(join(goldenFolder, 'scikit-hep', 'uproot-ntpl001_staff.root'));
  assert.throws(
    () => without.columns('mini', []),
    (error: RmmError) =>
      error.code === 'root_tree_missing' &&
      /no tree at all.*RNTuples are not read: Staff/.test(error.message),
  );
  without.close();
});

test('a damaged basket is named with file, branch, basket and byte', async () => {
  const path = join(folder, 'damaged.root');
  const bytes = readFileSync(join(goldenFolder, 'types-lz4.root'));
  const file = await openRootFile(join(goldenFolder, 'types-lz4.root'));
  const { layout } = file.metadata().trees[0]!.branches.find(({ name }) => name === 'n')!;
  file.close();
  const seek = layout!.seek[0]!;
  const last = seek + layout!.bytes[0]! - 1;
  bytes[last] = bytes[last]! ^ 1;
  writeFileSync(path, bytes);
  const damaged = await openRootFile(path);
  const reader = damaged.columns('mini', ['n']);
  assert.throws(
    () => reader.read(0, 10),
    (error: RmmError) =>
      error.code === 'root_corrupt' &&
      error.context.path === path &&
      error.context.branch === 'n' &&
      error.context.basket === 0 &&
      typeof error.context.byte === 'number' &&
      /wrong checksum/.test(error.message),
  );
  // Other branches are not touched by it.
  assert.equal(damaged.columns('mini', ['one_float32']).read(0, 10)[0]!.values.length, 10);
  damaged.close();
});

test("the compression 'CS' of old files is refused by name", async () => {
  const path = join(folder, 'old.root');
  const bytes = readFileSync(join(goldenFolder, 'uproot.root'));
  const file = await openRootFile(join(goldenFolder, 'uproot.root'));
  const { layout } = file.metadata().trees[0]!.branches.find(({ name }) => name === 'pt')!;
  file.close();
  const at = bytes.indexOf('ZL', layout!.seek[0]!);
  bytes.write('CS', at, 'latin1');
  writeFileSync(path, bytes);
  const old = await openRootFile(path);
  assert.throws(() => old.columns('mini', ['pt']).read(0, 1), { code: 'root_unsupported', message: /'CS'/ });
  old.close();
});

test('a file that changed since its metadata were read is refused', async () => {
  const path = join(folder, 'changing.root');
  copyFileSync(good, path);
  const file = await openRootFile(path);
  const metadata = file.metadata();
  file.close();
  writeFileSync(path, Buffer.concat([readFileSync(good), Buffer.alloc(1)]));
  await assert.rejects(columnReaderFrom(metadata, 'mini', ['n']), { code: 'root_file_changed' });
});

test('the fingerprint parts are there, and the metadata hash sees a change in the tree record', async () => {
  const one = await openRootFile(good);
  const two = await openRootFile(join(goldenFolder, 'types-lz4.root'));
  assert.match(one.uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  assert.match(one.metadataHash, /^[0-9a-f]{64}$/);
  assert.notEqual(one.metadataHash, two.metadataHash);
  assert.equal(one.size, readFileSync(good).length);
  one.close();
  two.close();
});

test('branches are described in the words of uproot', async () => {
  const file = await openRootFile(good);
  const names = new Map(file.trees[0]!.branches.map((branch) => [branch.name, branch]));
  assert.equal(names.get('one_uint64')!.typeName, 'uint64_t');
  assert.equal(names.get('three_bool')!.typeName, 'bool[3]');
  assert.equal(names.get('many_float32')!.typeName, 'float[]');
  assert.equal(names.get('vector_int16')!.typeName, 'std::vector<int16_t>');
  assert.deepEqual(names.get('matrix')!.shape, { kind: 'fixed', length: 6 });
  assert.equal(names.get('n')!.codec, 'zlib');
  const lzma = await openRootFile(join(goldenFolder, 'types-lzma.root'));
  assert.equal(lzma.trees[0]!.branches[0]!.codec, 'lzma');
  lzma.close();
  file.close();
});
