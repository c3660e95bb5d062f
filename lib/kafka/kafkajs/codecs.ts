import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { RmmError } from '../../base/error.js';
import { framedBlocks } from './frames.js';
import { wireCodecs } from './internals.js';

/** Numbers of Kafka's compressions by their names in kafka.topics.compression. */
export const codecNumbers = { none: 0, gzip: 1, lz4: 3, zstd: 4 } as const;

/** No record batch becomes larger than this when it is decompressed: no topic takes larger messages. */
const mostPlainBytes = 536_870_912;

interface Codec {
  compress(bytes: Buffer): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const require = createRequire(import.meta.url);

function checkSize(name: string, bytes: Buffer): void {
  const most = framedBlocks(name === 'zstd' ? 'zstd' : 'lz4', bytes);
  if (most > mostPlainBytes)
    throw new RmmError(
      'wire_batch_unreadable',
      `a record batch of ${bytes.length} bytes would become up to ${most} bytes; at most ${mostPlainBytes} are taken`,
    );
}

const gzip: Codec = {
  compress: promisify(zlib.gzip) as (bytes: Buffer) => Promise<Buffer>,
  decompress: (bytes) =>
    (promisify(zlib.gunzip) as (bytes: Buffer, options: object) => Promise<Buffer>)(bytes, {
      maxOutputLength: mostPlainBytes,
    }),
};

interface Lz4 {
  compressFrame(bytes: Uint8Array): Promise<Buffer>;
  decompressFrame(bytes: Uint8Array): Promise<Buffer>;
}

function lz4(): Codec {
  const { compressFrame, decompressFrame } = require('lz4-napi') as Lz4;
  return {
    compress: (bytes) => compressFrame(bytes),
    async decompress(bytes) {
      checkSize('lz4', bytes);
      return await decompressFrame(bytes);
    },
  };
}

interface NativeZstd {
  readonly Encoder: new (level: number) => { encode(bytes: Buffer): Promise<Buffer> };
  readonly Decoder: new () => { decode(bytes: Buffer): Promise<Buffer> };
}

/** Level 1: Arrow blocks shrink as much as at level 3, and it is the fastest. */
const zstdLevel = 1;

function zstd(): Codec {
  const { Encoder, Decoder } = require('@toondepauw/node-zstd') as NativeZstd;
  return {
    compress: (bytes) => new Encoder(zstdLevel).encode(bytes),
    async decompress(bytes) {
      checkSize('zstd', bytes);
      return await new Decoder().decode(bytes);
    },
  };
}

const makers: Readonly<Record<number, () => Codec>> = { 1: () => gzip, 3: lz4, 4: zstd };
const made = new Map<number, Codec>();

function codec(number: number): Codec {
  const known = made.get(number);
  if (known !== undefined) return known;
  const maker = makers[number];
  if (maker === undefined)
    throw new RmmError(
      'wire_batch_unreadable',
      `messages are compressed in a way that is not read here (number ${number}, snappy is 2); write them with gzip, lz4, zstd or none`,
    );
  const codec = maker();
  made.set(number, codec);
  return codec;
}

/** Has kafkajs compress what it writes; each library is loaded when it is first needed. */
export function registerCodecs(): void {
  for (const number of [codecNumbers.gzip, codecNumbers.lz4, codecNumbers.zstd])
    wireCodecs[number] = () => ({
      compress: (encoder) => codec(number).compress(encoder.buffer),
      decompress: (bytes) => codec(number).decompress(bytes),
    });
}

/** @throws wire_batch_unreadable where the bytes are damaged, too many or compressed in an unknown way */
export async function decompress(number: number, bytes: Buffer): Promise<Buffer> {
  if (number === 0) return bytes;
  const { decompress } = codec(number);
  try {
    return await decompress(bytes);
  } catch (error) {
    if (error instanceof RmmError) throw error;
    throw new RmmError(
      'wire_batch_unreadable',
      `a record batch does not decompress: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
