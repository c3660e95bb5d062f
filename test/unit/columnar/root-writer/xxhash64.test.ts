import assert from 'node:assert/strict';
import test from 'node:test';
import { writeXxhash64 } from '../../../../lib/columnar/root-writer/xxhash64.js';

// xxhash.xxh64(bytes((i * 37 + 11) & 255 for i in range(n))).hexdigest() of the Python package xxhash.
const byOthers: readonly (readonly [number, string])[] = [
  [0, 'ef46db3751d8e999'],
  [1, 'f592c0c7639c4cb6'],
  [3, '22c08528601d4f27'],
  [4, 'fb1e5cf2f1ae4d95'],
  [7, '5613ac510496c04e'],
  [8, '57cb2b7521f3e21a'],
  [13, 'aed0293a7bb13c7a'],
  [31, 'e4a0e629e519a4ae'],
  [32, 'cc6b8aaada790b2d'],
  [33, '35ec49850475a832'],
  [63, 'bf9f0ba3cf95b28a'],
  [64, '155ccce4bf32befc'],
  [100, '4826e367566ea023'],
  [1000, '128da10cfbdc59d9'],
];

test('XXH64 equals the reference for every kind of tail', () => {
  const target = new DataView(new ArrayBuffer(8));
  for (const [length, expected] of byOthers) {
    // An odd start, since a basket's bytes may stand anywhere.
    const data = new Uint8Array(length + 3).map((_, index) => ((index - 3) * 37 + 11) & 255).subarray(3);
    writeXxhash64(data, target);
    assert.equal(target.getBigUint64(0).toString(16).padStart(16, '0'), expected, `${length} bytes`);
  }
});
