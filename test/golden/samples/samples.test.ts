import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { openRootFile } from '../../../lib/columnar/root/index.js';
import { loadConfig } from '../../../lib/config/index.js';

interface Golden {
  readonly files: Readonly<
    Record<
      string,
      {
        readonly entries: number;
        readonly columns: Readonly<Record<string, { type: string; sha256: string; lengths_sha256?: string }>>;
      }
    >
  >;
}

const folder = join(packageRoot, 'samples');
const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/samples/samples.json'), 'utf8'),
) as Golden;

function sha256(values: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
}

test('the samples hold what uproot reads in them, to the last bit', async () => {
  for (const [name, expected] of Object.entries(golden.files)) {
    const file = await openRootFile(join(folder, name));
    const branches = Object.keys(expected.columns);
    const reader = file.columns('mini', branches);
    assert.equal(reader.entries, expected.entries, name);
    const columns = reader.read(0, reader.entries);
    branches.forEach((branch, index) => {
      const column = columns[index]!;
      const wanted = expected.columns[branch]!;
      assert.equal(sha256(column.values), wanted.sha256, `${name} ${branch}`);
      const lengths =
        column.kind === 'jagged'
          ? sha256(column.offsets.slice(1).map((end, entry) => end - column.offsets[entry]!))
          : undefined;
      assert.equal(lengths, wanted.lengths_sha256, `${name} ${branch}: lengths`);
    });
    file.close();
  }
});

test('the configuration is valid and names every sample file once, and they stay small', () => {
  const file = join(folder, 'config.yaml');
  const { samples } = loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'background' });
  const named = samples.flatMap((sample) => sample.files.map(({ path }) => relative(folder, path))).sort();
  assert.deepEqual(named, Object.keys(golden.files).sort());
  const bytes = readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, String(name))))
    .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0);
  assert.ok(bytes < 5_000_000, `${bytes} bytes`);
});
