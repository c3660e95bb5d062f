import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openRootFile } from '../../../../lib/columnar/root/index.js';
import { type BranchSpec, RootTreeWriter } from '../../../../lib/columnar/root-writer/index.js';

const identity = { uuid: new Uint8Array(16), date: new Date('2026-01-02T03:04:05Z') };

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-writer-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a tree without entries is a valid file', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'empty.root');
    const branches: BranchSpec[] = [
      { name: 'x', type: 'float32', form: 'flat' },
      { name: 'v', type: 'float32', form: 'vector' },
    ];
    const writer = new RootTreeWriter({ path, tree: 't', branches, ...identity });
    assert.equal((await writer.close()).entries, 0);
    const file = await openRootFile(path);
    assert.equal(file.trees[0]!.entries, 0);
    assert.deepEqual(
      file.trees[0]!.branches.map((branch) => branch.name),
      ['x', 'v'],
    );
    file.close();
  });
});

test('nothing stands under the name before close, and nothing at all after abort', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'a.root');
    const branches: BranchSpec[] = [{ name: 'x', type: 'int32', form: 'flat' }];
    const writer = new RootTreeWriter({ path, tree: 't', branches, clusterEntries: 2, ...identity });
    await writer.append([{ values: new Int32Array(7) }], 0, 7);
    assert.match(readdirSync(folder).join(' '), /^\.a\.root\.[0-9a-f]{12}\.tmp$/);
    await writer.abort();
    assert.deepEqual(readdirSync(folder), []);
  });
});

test('a counter that disagrees with what it counts is refused with the entry named', async () => {
  await withFolder(async (folder) => {
    const branches: BranchSpec[] = [
      { name: 'n', type: 'int32', form: 'flat' },
      { name: 'a', type: 'float32', form: 'counted', counter: 'n' },
    ];
    const writer = new RootTreeWriter({ path: join(folder, 'a.root'), tree: 't', branches, ...identity });
    const good = [
      { values: Int32Array.of(1, 0) },
      { values: Float32Array.of(5), offsets: Int32Array.of(0, 1, 1) },
    ];
    await writer.append(good, 0, 2);
    const bad = [
      { values: Int32Array.of(1, 2) },
      { values: Float32Array.of(5), offsets: Int32Array.of(0, 1, 1) },
    ];
    await assert.rejects(writer.append(bad, 0, 2), (error: { code: string; message: string }) => {
      assert.equal(error.code, 'root_writer_count');
      assert.match(error.message, /entry 3 has 2 in branch n but 0 values in branch a/);
      return true;
    });
    await writer.abort();
  });
});

test('lists of branches that ROOT cannot hold are refused before a file is made', async () => {
  await withFolder(async (folder) => {
    const flat = { name: 'n', type: 'int32', form: 'flat' } as const;
    const counted = { name: 'a', type: 'float32', form: 'counted', counter: 'n' } as const;
    const lists: (readonly BranchSpec[])[] = [
      [],
      [flat, flat],
      [counted, flat],
      [{ ...flat, type: 'float32' }, counted],
      [{ ...flat, form: 'vector' }, counted],
    ];
    for (const branches of lists) {
      const make = () =>
        new RootTreeWriter({ path: join(folder, 'a.root'), tree: 't', branches, ...identity });
      assert.throws(make, { code: 'root_writer_branches' });
    }
    assert.deepEqual(readdirSync(folder), []);
  });
});

// Writes 2.2 GB.
const long = process.env.RMMSTREAM_TEST_LONG === '1' ? test : undefined;
long?.('positions beyond 2 GB have 64 bits in every record', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'large.root');
    const branches: BranchSpec[] = [
      { name: 'x', type: 'float64', form: 'flat' },
      { name: 'v', type: 'float64', form: 'vector' },
    ];
    const batch = 1 << 20;
    const writer = new RootTreeWriter({
      path,
      tree: 't',
      branches,
      compression: { type: 'none' },
      clusterEntries: batch,
      ...identity,
    });
    const offsets = Int32Array.from({ length: batch + 1 }, (_, index) => 6 * index);
    const values = Float64Array.from({ length: 6 * batch }, (_, index) => index);
    const x = new Float64Array(batch);
    const batches = 30;
    for (let index = 0; index < batches; index += 1) {
      await writer.append([{ values: x.fill(index) }, { values, offsets }], 0, batch);
    }
    const { bytes } = await writer.close();
    assert.ok(bytes > 2_100_000_000);
    const file = await openRootFile(path);
    const reader = file.columns('t', ['x', 'v']);
    const last = reader.read(batch * batches - 2, 2);
    assert.deepEqual([...last[0]!.values.subarray(0, 2)], [batches - 1, batches - 1]);
    assert.deepEqual(
      [...last[1]!.values.subarray(0, 12)],
      Array.from({ length: 12 }, (_, index) => 6 * batch - 12 + index),
    );
    file.close();
  });
});
