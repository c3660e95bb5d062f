import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import fc from 'fast-check';
import { RmmError } from '../../../lib/base/error.js';
import { codecNumbers, decompress, registerCodecs } from '../../../lib/kafka/kafkajs/codecs.js';
import { framedBlocks } from '../../../lib/kafka/kafkajs/frames.js';
import { wireCodecs } from '../../../lib/kafka/kafkajs/internals.js';

registerCodecs();
const require = createRequire(import.meta.url);
const { compressFrameSync } = require('lz4-napi') as { compressFrameSync(bytes: Buffer): Buffer };
const { Encoder } = require('@toondepauw/node-zstd') as {
  Encoder: new (level: number) => { encodeSync(bytes: Buffer): Buffer };
};
const frames = {
  lz4: (bytes: Buffer) => compressFrameSync(bytes),
  zstd: (bytes: Buffer) => new Encoder(3).encodeSync(bytes),
};

test('the bound of a frame is never below what it becomes, nor far above', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('lz4' as const, 'zstd' as const),
      fc.nat(600_000),
      fc.uint8Array({ minLength: 1, maxLength: 50 }),
      (format, length, pattern) => {
        const plain = Buffer.alloc(length, Buffer.from(pattern));
        const bound = framedBlocks(format, frames[format](plain));
        assert.ok(bound >= length, `${bound} of ${length}`);
        assert.ok(bound <= length + 4_194_304, `${bound} of ${length}`);
      },
    ),
    { numRuns: 200 },
  );
});

test('every codec gives back what it got; damage ends in an error of ours', async () => {
  const plain = Buffer.from('rapidity '.repeat(20_000));
  for (const name of ['gzip', 'lz4', 'zstd'] as const) {
    const number = codecNumbers[name];
    const packed = await wireCodecs[number]!().compress({ buffer: plain } as never);
    assert.ok(packed.length < plain.length / 10, name);
    assert.ok((await decompress(number, packed)).equals(plain), name);
    for (const length of [0, 3, 10, packed.length - 1])
      await assert.rejects(
        decompress(number, packed.subarray(0, length)),
        RmmError,
        `${name} cut at ${length}`,
      );
    await assert.rejects(decompress(number, Buffer.from('no frame at all, just text')), RmmError, name);
  }
});

test('a small message that would become gigabytes is refused before it does', async () => {
  const bomb = frames.zstd(Buffer.alloc(130_000_000));
  const many = Buffer.concat(Array.from({ length: 5 }, () => bomb));
  assert.ok(many.length < 100_000);
  await assert.rejects(decompress(codecNumbers.zstd, many), /would become up to/);
});
