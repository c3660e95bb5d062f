import { invariant } from '../../../base/error.js';
import {
  compile,
  heapBase,
  instantiate,
  pageBytes,
  reserve,
  type WasmExports,
} from '../../../base/wasm/module.js';
import { decodersWasm } from './decoders-wasm.js';

/** What decoders.c exports. Addresses are positions in `memory`. */
interface DecoderExports extends WasmExports {
  zlib(input: number, inputLength: number, output: number, outputLength: number): number;
  lz4(input: number, inputLength: number, output: number, outputLength: number): number;
  xxh64(input: number, length: number): bigint;
}

/** What a decoder returns when the block is not what it should be; 0 is success. */
const problems: readonly string[] = [
  '',
  'invalid compressed data',
  'it has another length than its header says',
  'wrong checksum',
  'the compressed data end too early',
  'not a zlib stream',
];

/** Bytes beyond the input that may be read and beyond the output that may be written (decoders.c). */
const inputSlack = 64;
const outputSlack = 512;

/** One instance a thread, made at the first use. */
let exports: DecoderExports | undefined;
let heap = new Uint8Array(0);
let base = 0;

function decoders(): DecoderExports {
  if (exports === undefined) {
    exports = instantiate<DecoderExports>(compile(decodersWasm));
    base = heapBase(exports);
    heap = new Uint8Array(exports.memory.buffer);
  }
  return exports;
}

/** Copies the input into the decoders' memory with room for the output; returns the output's address. */
function place(
  instance: DecoderExports,
  bytes: Uint8Array,
  from: number,
  to: number,
  length: number,
): number {
  const output = base + Math.ceil((to - from + inputSlack) / 64) * 64;
  const needed = output + length + outputSlack;
  if (needed > heap.byteLength) {
    invariant(
      needed < 2 ** 32 - pageBytes,
      `a compressed block of ${to - from} bytes is larger than any format allows`,
    );
    reserve(instance, needed);
    heap = new Uint8Array(instance.memory.buffer);
  }
  heap.set(bytes.subarray(from, to), base);
  return output;
}

/**
 * Decodes the zlib stream bytes[from, to) to exactly `length` bytes at output[at]; its Adler-32 is verified.
 * Returns '' or what is wrong.
 */
export function decodeZlib(
  bytes: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  length: number,
): string {
  const instance = decoders();
  const address = place(instance, bytes, from, to, length);
  const problem = instance.zlib(base, to - from, address, length);
  if (problem === 0) output.set(heap.subarray(address, address + length), at);
  return problems[problem]!;
}

/**
 * Decodes ROOT's LZ4 block bytes[from, to), 8 bytes of big-endian XXH64 and then the data, to exactly
 * `length` bytes at output[at]. Returns '' or what is wrong.
 */
export function decodeLz4(
  bytes: Uint8Array,
  from: number,
  to: number,
  output: Uint8Array,
  at: number,
  length: number,
): string {
  const checksumBytes = 8;
  if (to - from < checksumBytes) return problems[4]!;
  const instance = decoders();
  const address = place(instance, bytes, from, to, length);
  const packed = to - from - checksumBytes;
  const stored = new DataView(bytes.buffer, bytes.byteOffset + from).getBigUint64(0);
  if (BigInt.asUintN(64, instance.xxh64(base + checksumBytes, packed)) !== stored) return problems[3]!;
  const problem = instance.lz4(base + checksumBytes, packed, address, length);
  if (problem === 0) output.set(heap.subarray(address, address + length), at);
  return problems[problem]!;
}

/** XXH64 with seed 0. */
export function xxh64(bytes: Uint8Array): bigint {
  const instance = decoders();
  place(instance, bytes, 0, bytes.length, 0);
  return BigInt.asUintN(64, instance.xxh64(base, bytes.length));
}
