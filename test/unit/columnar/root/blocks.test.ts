import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { xz } from '@napi-rs/lzma';
import { checkBlocks } from '../../../../lib/columnar/root/blocks.js';
import { decompress } from '../../../../lib/columnar/root/decompress.js';
import { xzUnpackedLength } from '../../../../lib/columnar/root/xz-guard.js';
import { prepareZstd } from '../../../../lib/columnar/root/zstd.js';

const place = { path: 'x.root', byte: 1000 };

function block(letters: string, packed: Uint8Array, unpackedLength: number): Buffer {
  const header = Buffer.alloc(9);
  header.write(letters, 'latin1');
  header.writeUIntLE(packed.length, 3, 3);
  header.writeUIntLE(unpackedLength, 6, 3);
  return Buffer.concat([header, packed]);
}

test('block headers that promise more than a codec can hold are refused before anything is made', () => {
  const few = Buffer.alloc(20);
  const lies: readonly (readonly [Buffer, number, RegExp])[] = [
    [block('ZL', few, 0xffffff), 0xffffff, /20 bytes of zlib are said to become 16777215/],
    [block('L4', few, 100_000), 100_000, /which cannot be/],
    [block('ZL', few, 500), 400, /hold 500 bytes decompressed, the record's key says 400/],
    [block('ZL', few, 500), 1 << 30, /the record's key says 1073741824/],
    [block('ZL', few, 500).subarray(0, 20), 500, /does not fit/],
    [Buffer.concat([block('ZL', few, 500), Buffer.alloc(5)]), 600, /5 bytes are left over/],
    [block('QQ', few, 500), 500, /must begin with ZL, L4, ZS or XZ/],
    [block('ZL', Buffer.alloc(0), 500), 500, /which cannot be/],
  ];
  for (const [bytes, expected, message] of lies) {
    assert.throws(() => checkBlocks(bytes, 0, bytes.length, expected, place), {
      code: 'root_corrupt',
      message,
    });
  }
});

test('an xz stream says beforehand what it unpacks to', () => {
  for (const length of [1, 100, 70_000, 3_000_000]) {
    for (const content of [Buffer.alloc(length, 7), randomBytes(length)]) {
      assert.equal(xzUnpackedLength(xz.compressSync(content)), length);
    }
  }
  assert.equal(xzUnpackedLength(randomBytes(100)), -1);
});

test('an xz stream of another length than its block header says is never unpacked', () => {
  const bomb = block('XZ', xz.compressSync(Buffer.alloc(4_000_000)), 1000);
  assert.throws(() => decompress(bomb, 0, bomb.length, new Uint8Array(1000), 1000, place), {
    code: 'root_corrupt',
    message: /4000000 bytes, its header says 1000/,
  });
});

test('random bytes in every codec end in root_corrupt', async () => {
  const { fetch } = globalThis;
  await prepareZstd();
  assert.equal(globalThis.fetch, fetch);
  for (const letters of ['ZL', 'L4', 'ZS', 'XZ']) {
    for (let length = 1; length < 300; length += 7) {
      const bytes = block(letters, randomBytes(length), 1000);
      assert.throws(() => decompress(bytes, 0, bytes.length, new Uint8Array(1000), 1000, place), {
        code: 'root_corrupt',
      });
    }
  }
});
