import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { decodeBatch } from '../../../../lib/columnar/arrow/decode.js';
import { encodeBatch } from '../../../../lib/columnar/arrow/encode.js';
import {
  decodeFeatureBatch,
  encodeFeatureBatch,
  featureSchema,
  toFeatureBatch,
} from '../../../../lib/columnar/arrow/feature-batch.js';
import { sampleBatch } from '../../../golden/columnar/arrow/sample-batch.js';

test('a batch comes back as it was, with one, two and no words of mask', () => {
  for (const maskWords of [1, 2, 0]) {
    const batch = sampleBatch(3, 50, maskWords);
    assert.deepEqual(decodeFeatureBatch(encodeFeatureBatch(batch), batch.layout), batch);
  }
});

test('equal batches give equal bytes, whatever was encoded before', () => {
  const bytes = encodeFeatureBatch(sampleBatch(1, 30));
  encodeFeatureBatch(sampleBatch(2, 300));
  assert.deepEqual(encodeFeatureBatch(sampleBatch(1, 30)), bytes);
});

test('batches without rows, and slices of larger arrays, come back', () => {
  const none = sampleBatch(0, 0);
  const decoded = decodeFeatureBatch(encodeFeatureBatch(none));
  assert.equal(decoded.features.rows, 0);
  assert.deepEqual([...decoded.features.offsets], [0]);
  const whole = sampleBatch(0, 40);
  const { features } = whole;
  // Rows 10 to 30, their offsets still counted from row 0.
  const part = {
    ...whole,
    columns: [],
    features: {
      ...features,
      rows: 20,
      masks: features.masks.subarray(10, 30),
      offsets: features.offsets.subarray(10, 31),
    },
  };
  const read = decodeFeatureBatch(encodeFeatureBatch(part)).features;
  assert.deepEqual(read.masks, features.masks.slice(10, 30));
  assert.deepEqual(
    read.values.slice(read.offsets[3], read.offsets[4]),
    features.values.slice(features.offsets[13], features.offsets[14]),
  );
  assert.equal(read.offsets[0], 0);
});

test('aligned bytes are not copied, misaligned ones are read all the same', () => {
  const batch = sampleBatch(5, 60);
  const encoded = encodeFeatureBatch(batch);
  const own = new Uint8Array(encoded.length);
  own.set(encoded);
  const { features } = decodeFeatureBatch(own);
  assert.equal(features.values.buffer, own.buffer);
  assert.equal(features.masks.buffer, own.buffer);
  for (let shift = 1; shift < 8; shift++) {
    const shifted = new Uint8Array(encoded.length + shift).subarray(shift);
    shifted.set(encoded);
    assert.deepEqual(decodeFeatureBatch(shifted), batch);
  }
});

test('a batch of another schema, version or layout is refused by name', () => {
  const batch = sampleBatch(0, 5);
  const bytes = encodeFeatureBatch(batch);
  const mismatch = (message: RegExp) => ({ code: 'arrow_schema_mismatch', message });
  assert.throws(
    () => decodeFeatureBatch(bytes, 'rmm/other'),
    mismatch(/layout rmm\/thesis.* where rmm\/other/),
  );
  const wire = toFeatureBatch(batch);
  for (const version of [0, 3, 1.5]) {
    const other = encodeBatch({ ...wire, schema: { ...wire.schema, version } });
    assert.throws(
      () => decodeBatch(other, featureSchema),
      mismatch(new RegExp(`version ${version} where rmmstream.features version 2`)),
    );
  }
  const bare = encodeBatch({ ...wire, columns: wire.columns.filter(({ name }) => name !== 'mask') });
  assert.throws(
    () => decodeFeatureBatch(bare),
    mismatch(/lacks the fixed column "mask"; it has values, run/),
  );
});

test('a batch that contradicts itself is not written', () => {
  const batch = sampleBatch(0, 4);
  const { features } = batch;
  const refused = (changed: Partial<typeof features>, message: RegExp) =>
    assert.throws(() => encodeFeatureBatch({ ...batch, features: { ...features, ...changed } }), {
      code: 'table_shape_invalid',
      message,
    });
  refused({ offsets: Int32Array.of(0, 3, 2, 2, 2) }, /"values" has falling offsets at row 1/);
  refused({ offsets: Int32Array.of(0, 3, 3, 3, 99) }, /"values" ends at offset 99/);
  refused({ masks: new Uint32Array(3) }, /"mask" holds 3 rows where the batch has 4/);
  const wrong = {
    ...batch,
    columns: [
      { kind: 'dictionary', name: 'c', codes: Uint8Array.of(0, 1, 2, 0), dictionary: ['a', 'b'] } as const,
    ],
  };
  assert.throws(() => encodeFeatureBatch(wrong), {
    code: 'table_shape_invalid',
    message: /"c" has code 2 in row 2/,
  });
  const taken = { ...batch, columns: [{ kind: 'flat', name: 'mask', data: new Int32Array(4) } as const] };
  assert.throws(() => encodeFeatureBatch(taken), { code: 'table_shape_invalid' });
});

test('every cut and every changed byte is noticed', () => {
  const bytes = encodeFeatureBatch(sampleBatch(0, 6));
  const refused = (damaged: Uint8Array, what: string) =>
    assert.throws(
      () => decodeFeatureBatch(damaged, undefined, 'of topic t'),
      (error) =>
        error instanceof RmmError &&
        error.code === 'arrow_batch_corrupt' &&
        error.message.includes('of topic t'),
      what,
    );
  for (let length = 0; length < bytes.length; length += 1)
    refused(bytes.subarray(0, length), `cut to ${length}`);
  const end = bytes.length;
  for (let at = 0; at < end; at++) {
    // The end mark of the stream is Arrow's and carries nothing of ours.
    const damaged = Uint8Array.from(bytes);
    damaged[at]! ^= 1 << (at % 8);
    if (isEndMark(bytes, at)) continue;
    refused(damaged, `byte ${at}`);
  }
});

/** The 8 bytes before the index, which is 20 bytes of batch and 24 of closing here. */
function isEndMark(bytes: Uint8Array, at: number): boolean {
  return at >= bytes.length - 52 && at < bytes.length - 44;
}
