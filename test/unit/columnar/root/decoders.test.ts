import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import { compressSync } from 'lz4-napi';
import { packageRoot } from '../../../../lib/base/package-root.js';
import { decodeLz4, decodeZlib, xxh64 } from '../../../../lib/columnar/root/decoders/decoders.js';
import { decodersSource } from '../../../../lib/columnar/root/decoders/decoders-wasm.js';

/** Bytes from random ones to very repetitive ones, up to some 200 KB. */
const content = fc
  .record({
    seed: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    repeat: fc.integer({ min: 1, max: 700 }),
    alphabet: fc.constantFrom(1, 2, 7, 60, 256),
    tail: fc.uint8Array({ maxLength: 2000 }),
  })
  .map(({ seed, repeat, alphabet, tail }) => {
    const unit = Buffer.from(seed).map((byte) => byte % alphabet);
    return Buffer.concat([...Array.from({ length: repeat }, () => unit), Buffer.from(tail)]);
  });

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    zlib.constants.Z_DEFAULT_STRATEGY,
    zlib.constants.Z_FILTERED,
    zlib.constants.Z_HUFFMAN_ONLY,
    zlib.constants.Z_RLE,
    zlib.constants.Z_FIXED,
  ),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});

test('zlib streams of every level, strategy and window decode to what zlib compressed', () => {
  fc.assert(
    fc.property(content, options, (bytes, how) => {
      const packed = zlib.deflateSync(bytes, how);
      const output = new Uint8Array(bytes.length + 3);
      assert.equal(decodeZlib(packed, 0, packed.length, output, 2, bytes.length), '');
      assert.ok(bytes.equals(output.subarray(2, 2 + bytes.length)));
    }),
    { numRuns: 300 },
  );
});

test("damaged zlib streams give zlib's own data or a refusal, and a wrong length is refused", () => {
  fc.assert(
    fc.property(content, options, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, how, where, change) => {
      const packed = zlib.deflateSync(bytes, how);
      const at = where % packed.length;
      packed[at] = packed[at]! ^ change;
      const output = new Uint8Array(bytes.length);
      const wrong = decodeZlib(packed, 0, packed.length, output, 0, bytes.length);
      if (wrong === '') assert.ok(zlib.inflateSync(packed).equals(output));
      packed[at] = packed[at]! ^ change;
      assert.notEqual(
        decodeZlib(packed, 0, packed.length, new Uint8Array(bytes.length + 1), 0, bytes.length + 1),
        '',
      );
      assert.notEqual(decodeZlib(packed, 0, packed.length, output, 0, bytes.length - 1), '');
      assert.notEqual(decodeZlib(packed, 0, packed.length - 5, output, 0, bytes.length), '');
    }),
    { numRuns: 300 },
  );
});

/** ROOT's form: XXH64 of the compressed bytes, big-endian, then the block. */
function rootLz4(bytes: Buffer): Buffer {
  // lz4-napi puts the length in four bytes before the block.
  const block = compressSync(bytes).subarray(4);
  const checksum = Buffer.alloc(8);
  checksum.writeBigUInt64BE(xxh64(block));
  return Buffer.concat([checksum, block]);
}

test('LZ4 blocks decode to what lz4-napi compressed; any changed byte is refused', () => {
  fc.assert(
    fc.property(content, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, where, change) => {
      const packed = rootLz4(bytes);
      const output = new Uint8Array(bytes.length);
      assert.equal(decodeLz4(packed, 0, packed.length, output, 0, bytes.length), '');
      assert.ok(bytes.equals(output));
      const at = where % packed.length;
      packed[at] = packed[at]! ^ change;
      assert.equal(decodeLz4(packed, 0, packed.length, output, 0, bytes.length), 'wrong checksum');
    }),
    { numRuns: 200 },
  );
});

test('random bytes with a right checksum never make the LZ4 decoder leave its buffers', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(5000), (block, length) => {
      const packed = Buffer.alloc(8 + block.length);
      packed.writeBigUInt64BE(xxh64(block));
      packed.set(block, 8);
      const wrong = decodeLz4(packed, 0, packed.length, new Uint8Array(length), 0, length);
      assert.equal(typeof wrong, 'string');
    }),
    { numRuns: 2000 },
  );
});

test('XXH64 gives the values of the reference implementation', () => {
  // python: xxhash.xxh64_intdigest(bytes(i % 251 for i in range(n)))
  const known: readonly (readonly [number, bigint])[] = [
    [0, 0xef46db3751d8e999n],
    [1, 0xe934a84adb052768n],
    [3, 0xe5c7bb4533bc65ddn],
    [4, 0xffced8604453cc1en],
    [7, 0x14cc643f630c72d2n],
    [8, 0x884a173614b81b8dn],
    [12, 0x424af23f1f08dca5n],
    [31, 0xc346d2b59b4d8ee1n],
    [32, 0xcbf59c5116ff32b4n],
    [33, 0xc535d1acafb8eadn],
    [63, 0xe26aa9e2a95f8e4fn],
    [64, 0xf7c67301db6713f0n],
    [100, 0x6ac1e58032166597n],
    [1000, 0xf306f04aa88b54d3n],
    [4099, 0xd1ebc6e909729b6dn],
  ];
  for (const [length, hash] of known) {
    assert.equal(xxh64(Uint8Array.from({ length }, (_, index) => index % 251)), hash, `${length} bytes`);
  }
});

test('the WebAssembly was built from the C file beside it', () => {
  const source = readFileSync(join(packageRoot, 'lib', 'columnar', 'root', 'decoders', 'decoders.c'));
  assert.equal(createHash('sha256').update(source).digest('hex'), decodersSource);
});
