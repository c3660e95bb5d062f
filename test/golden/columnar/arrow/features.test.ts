import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../../lib/base/package-root.js';
import type { Batch, BatchColumn, NumberArray } from '../../../../lib/columnar/arrow/batch.js';
import { BatchFileReader } from '../../../../lib/columnar/arrow/batch-file.js';
import { featureSchema } from '../../../../lib/columnar/arrow/feature-batch.js';
import { writeSample } from './write-sample.js';

const golden = join(packageRoot, 'test', 'golden', 'columnar', 'arrow');
const pyarrow = JSON.parse(readFileSync(join(golden, 'features.json'), 'utf8')) as {
  schema: Record<string, string>;
  types: Record<string, string>;
  batches: { metadata: Record<string, string>; columns: Record<string, unknown[]> }[];
};

const numbers = (data: NumberArray): unknown[] =>
  data instanceof BigInt64Array || data instanceof BigUint64Array
    ? Array.from(data, String)
    : Array.from(data);

/** A column as pyarrow's to_pylist gives it. */
function plain(column: BatchColumn): unknown[] {
  switch (column.kind) {
    case 'flat':
      return numbers(column.data).map((value) => (Number.isNaN(value) ? null : value));
    case 'dictionary':
      return Array.from(column.codes, (code) => column.dictionary[code]);
    case 'list': {
      const all = numbers(column.values);
      return Array.from(column.offsets.subarray(1), (end, i) => all.slice(column.offsets[i], end));
    }
    case 'fixed': {
      const all = numbers(column.values);
      return Array.from({ length: all.length / column.width }, (_, i) =>
        all.slice(i * column.width, (i + 1) * column.width),
      );
    }
  }
}

test('pyarrow and we read the same in the golden file', () => {
  const reader = new BatchFileReader(join(golden, 'features.arrows'), featureSchema);
  assert.equal(reader.batches, pyarrow.batches.length);
  assert.deepEqual(pyarrow.schema, {
    schema: featureSchema.id,
    version: String(featureSchema.version),
    'x-layout': 'rmm/thesis/T4N5/j6b6e5m5',
    'x-columns': '529',
    'x-mask_words': '1',
  });
  assert.equal(pyarrow.types.hash, 'uint64');
  pyarrow.batches.forEach(({ metadata, columns }, number) => {
    const batch: Batch = reader.batch(number);
    const { file, firstEntry, entries } = batch.source;
    assert.deepEqual(metadata, { file, first_entry: String(firstEntry), entries: String(entries) });
    assert.deepEqual(
      Object.fromEntries(batch.columns.map((column) => [column.name, plain(column)])),
      columns,
    );
  });
  reader.close();
});

test('the writer still gives the bytes that pyarrow has read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-golden-'));
  const path = join(folder, 'features.arrows');
  writeSample(path);
  assert.deepEqual(readFileSync(path), readFileSync(join(golden, 'features.arrows')));
  rmSync(folder, { recursive: true });
});
