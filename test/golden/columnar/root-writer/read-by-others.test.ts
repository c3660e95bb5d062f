import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { openRootFile } from '../../../../lib/columnar/root/index.js';
import { compressions, example, exampleEntries, writeExample } from './example.js';

interface Golden {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly entries: number }>>;
  readonly columns: Readonly<Record<string, { readonly sha256: string; readonly lengths_sha256?: string }>>;
}

const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/columnar/root-writer/read-by-others.json'), 'utf8'),
) as Golden;

function sha256(values: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-writer-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('uproot read the columns that were given to the writer', () => {
  const { branches, columns } = example();
  assert.equal(branches.length, Object.keys(golden.columns).length);
  for (const [index, { name }] of branches.entries()) {
    assert.equal(sha256(columns[index]!.values), golden.columns[name]!.sha256, name);
  }
});

for (const name of Object.keys(compressions)) {
  test(`the ${name} file is the one that ROOT and uproot read, and our reader reads it`, async () => {
    await inFolder(async (folder) => {
      const path = await writeExample(folder, name);
      assert.deepEqual(readdirSync(folder), [`${name}.root`], 'no temporary file is left');
      // Node's zlib may change its bytes from version to version; the others may not.
      if (name !== 'zlib') assert.equal(sha256(readFileSync(path)), golden.files[`${name}.root`]!.sha256);
      const { branches, columns } = example();
      const file = await openRootFile(path);
      const names = branches.map((branch) => branch.name);
      const reader = file.columns('mini', names);
      assert.equal(reader.entries, golden.files[`${name}.root`]!.entries);
      const read = reader.read(0, exampleEntries);
      for (const [index, branch] of branches.entries()) {
        const column = read[index]!;
        const given = columns[index]!;
        const tree = file.trees[0]!.branches.find((one) => one.name === branch.name)!;
        assert.equal(tree.type, branch.type, branch.name);
        assert.equal(
          sha256(column.values.subarray(0, given.values.length)),
          sha256(given.values),
          branch.name,
        );
        if (column.kind === 'jagged') {
          assert.deepEqual(column.offsets.subarray(0, exampleEntries + 1), given.offsets, branch.name);
        } else assert.equal(given.offsets, undefined, branch.name);
      }
      reader.close();
      file.close();
    });
  });
}
