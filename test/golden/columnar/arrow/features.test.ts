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

interface Foreign {
  readonly schema: Record<string, string>;
  readonly types: Record<string, string>;
  readonly batches: readonly {
    readonly metadata: Record<string, string>;
    readonly columns: Record<string, unknown[]>;
  }[];
}

/** What pyarrow found in the file of that name. */
function pyarrow(name: string): Foreign {
  return JSON.parse(readFileSync(join(golden, `${name}.json`), 'utf8')) as Foreign;
}

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
    case 'boolean':
      return Array.from(column.data, (value) => value === 1);
    case 'group': {
      const objects = Array.from({ length: column.fields[0]!.values.length }, (_, k) =>
        Object.fromEntries(column.fields.map(({ name, values }) => [name, values[k]])),
      );
      return Array.from(column.offsets.subarray(1), (end, i) => objects.slice(column.offsets[i], end));
    }
  }
}

test('pyarrow and we read the same in the golden file', () => {
  const wanted = pyarrow('features');
  const reader = new BatchFileReader(join(golden, 'features.arrows'), featureSchema);
  assert.equal(reader.batches, wanted.batches.length);
  assert.deepEqual(wanted.schema, {
    schema: featureSchema.id,
    version: String(featureSchema.version),
    'x-layout': 'rmm/thesis/T4N5/j6b6e5m5',
    'x-columns': '529',
    'x-mask_words': '1',
  });
  assert.equal(wanted.types.hash, 'uint64');
  assert.equal(wanted.types.late, 'bool');
  assert.equal(
    wanted.types.objects,
    'list<item: struct<pt: float not null, type: int32 not null, tight: uint8 not null> not null>',
  );
  wanted.batches.forEach(({ metadata, columns }, number) => {
    const batch: Batch = reader.batch(number);
    const { file, firstEntry, entries, facts } = batch.source;
    assert.deepEqual(metadata, {
      file,
      first_entry: String(firstEntry),
      entries: String(entries),
      'x-sample': facts!.sample,
      'x-kind': facts!.kind,
      'x-fingerprint': facts!.fingerprint,
    });
    assert.deepEqual(
      Object.fromEntries(batch.columns.map((column) => [column.name, plain(column)])),
      columns,
    );
  });
  reader.close();
});

test('a file of version 1, which an older program wrote, is read as one of the newest without late rows', () => {
  const wanted = pyarrow('features-v1');
  assert.equal(wanted.schema.version, '1');
  const reader = new BatchFileReader(join(golden, 'features-v1.arrows'), featureSchema);
  wanted.batches.forEach(({ metadata, columns }, number) => {
    const batch = reader.batch(number);
    assert.equal(batch.schema.version, featureSchema.version);
    const { file, firstEntry, entries } = batch.source;
    assert.deepEqual(metadata, { file, first_entry: String(firstEntry), entries: String(entries) });
    assert.deepEqual(Object.fromEntries(batch.columns.map((column) => [column.name, plain(column)])), {
      ...columns,
      late: new Array(batch.rows).fill(false),
    });
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
