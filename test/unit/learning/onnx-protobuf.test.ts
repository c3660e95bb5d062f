import assert from 'node:assert/strict';
import test from 'node:test';
import { floatsFromLittleEndian, littleEndianFloats } from '../../../lib/learning/onnx-graph.js';
import { ProtobufWriter } from '../../../lib/learning/onnx-protobuf.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('fields are encoded as in the examples of the protobuf documentation', () => {
  assert.equal(hex(new ProtobufWriter().integer(1, 150).finish()), '089601');
  assert.equal(hex(new ProtobufWriter().text(2, 'testing').finish()), '120774657374696e67');
  const nested = new ProtobufWriter().message(3, (inner) => inner.integer(1, 150));
  assert.equal(hex(nested.finish()), '1a03089601');
  assert.equal(hex(new ProtobufWriter().integer(1, -2).finish()), '08feffffffffffffffff01');
});

test('large numbers, floats and long blobs', () => {
  assert.equal(hex(new ProtobufWriter().integer(1, 2 ** 32).finish()), '088080808010');
  assert.equal(hex(new ProtobufWriter().integer(16, 0).finish()), '800100');
  assert.equal(hex(new ProtobufWriter().float(2, 1).finish()), '150000803f');
  const blob = new Uint8Array(5000).fill(7);
  const bytes = new ProtobufWriter().blob(9, blob).integer(1, 1).finish();
  assert.equal(bytes.length, 1 + 2 + 5000 + 2);
  assert.deepEqual(bytes.subarray(3, 5003), blob);
});

test('float32 values survive their bytes, also from a misaligned buffer', () => {
  const values = Float32Array.of(0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e-45);
  const bytes = littleEndianFloats(values);
  assert.equal(hex(bytes.subarray(0, 4)), 'cdcccc3d');
  const shifted = Buffer.concat([Buffer.from([0]), bytes]).subarray(1);
  assert.deepEqual(floatsFromLittleEndian(shifted), values);
});
