import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { BatchFileReader, BatchFileWriter } from '../../../../lib/columnar/arrow/batch-file.js';
import {
  featureSchema,
  fromFeatureBatch,
  toFeatureBatch,
} from '../../../../lib/columnar/arrow/feature-batch.js';
import { sampleBatch } from '../../../golden/columnar/arrow/sample-batch.js';

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-batches-'));
test.after(() => rmSync(folder, { recursive: true }));

test('batches come back in any order', () => {
  const path = join(folder, 'new', 'file.arrows');
  const writer = new BatchFileWriter(path);
  const batches = [9, 0, 100, 3].map((rows, i) => sampleBatch(i, rows));
  for (const batch of batches) writer.write(toFeatureBatch(batch));
  assert.match(readdirSync(join(folder, 'new')).join(' '), /^\.file\.arrows\.[0-9a-f]{12}\.tmp$/);
  writer.finish();
  writer.abort();
  assert.deepEqual(readdirSync(join(folder, 'new')), ['file.arrows']);
  const reader = new BatchFileReader(path, featureSchema);
  assert.deepEqual([reader.batches, reader.rows], [4, 112]);
  for (const i of [2, 0, 3, 1]) assert.deepEqual(fromFeatureBatch(reader.batch(i)), batches[i]);
  assert.throws(() => reader.batch(4), {
    code: 'arrow_batch_corrupt',
    message: /batch 4 of .* the file has 4/,
  });
  reader.close();
});

test('a batch of other columns, and a file without a batch, are refused and leave nothing behind', () => {
  const path = join(folder, 'mixed', 'file.arrows');
  const writer = new BatchFileWriter(path);
  writer.write(toFeatureBatch(sampleBatch(0, 3)));
  assert.throws(() => writer.write(toFeatureBatch({ ...sampleBatch(1, 3), columns: [] })), {
    code: 'table_shape_invalid',
    message: /another schema than the first/,
  });
  assert.throws(() => new BatchFileWriter(path).finish(), {
    code: 'table_shape_invalid',
    message: /no batch/,
  });
  assert.deepEqual(readdirSync(join(folder, 'mixed')), []);
});

test('a damaged file is refused: as a whole, or for the batch that is damaged', () => {
  const path = join(folder, 'damaged.arrows');
  const writer = new BatchFileWriter(path);
  for (let i = 0; i < 3; i++) writer.write(toFeatureBatch(sampleBatch(i, 20)));
  writer.finish();
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 1));
  assert.throws(() => new BatchFileReader(path, featureSchema), {
    code: 'arrow_batch_corrupt',
    message: /cut short/,
  });
  writeFileSync(path, Buffer.alloc(0));
  assert.throws(() => new BatchFileReader(path, featureSchema), {
    code: 'arrow_batch_corrupt',
    message: /0 bytes/,
  });
  assert.throws(() => new BatchFileReader(join(folder, 'absent'), featureSchema), { code: 'io_failed' });
  const middle = Buffer.from(whole);
  middle[Math.floor(whole.length / 2)]! ^= 0x10;
  writeFileSync(path, middle);
  const reader = new BatchFileReader(path, featureSchema);
  assert.equal(reader.batch(0).rows, 20);
  assert.throws(() => reader.batch(1), { code: 'arrow_batch_corrupt', message: /batch 1 of .*checksum/ });
  assert.equal(reader.batch(2).rows, 20);
  reader.close();
  assert.throws(() => new BatchFileReader(path, { id: 'other', version: 1 }).batch(0), {
    code: 'arrow_schema_mismatch',
  });
});
