import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import zlib from 'node:zlib';
import { confluentVersion } from '../lib/kafka/confluent/binding.js';
import { allCandidates } from '../lib/learning/find-backend.js';
import type { Surroundings } from '../lib/telemetry/doctor.js';
import { askBackend } from './ask-backend.js';

const require = createRequire(import.meta.url);

/** What each backend computes on, and with what. */
const backendPurposes: Readonly<Record<string, string>> = {
  'onnxruntime-node': 'CPU, native',
  'tfjs-node': 'CPU, TensorFlow',
  'onnxruntime-web': 'CPU, WebAssembly',
  'tfjs-wasm': 'CPU, WebAssembly',
  'onnxruntime-node+cuda': 'GPU, CUDA',
  'onnxruntime-node+dml': 'GPU, Direct3D 12',
  'onnxruntime-node+coreml': 'GPU, Core ML',
  'onnxruntime-node+webgpu': 'GPU, WebGPU',
  'tfjs-node-gpu': 'GPU, TensorFlow',
};

/** This machine, and the parts that rmmstream would like to find on it. */
export function surroundings(directory: string, threads: number, signal: AbortSignal): Surroundings {
  return {
    machine: {
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
      directory,
      freeDiskBytes: freeDisk(directory),
    },
    backends: allCandidates(threads).map(({ name }) => ({
      name,
      purpose: backendPurposes[name] ?? '',
      attempt: async () => (await askBackend({ name, threads }, signal)).version,
    })),
    parts: [
      { name: 'zlib', purpose: 'ROOT files with zlib', needed: true, attempt: tryZlib },
      { name: 'zstddec', purpose: 'ROOT files with ZSTD', needed: true, attempt: tryZstd },
      { name: '@napi-rs/lzma', purpose: 'ROOT files with LZMA', needed: true, attempt: tryLzma },
      { name: 'lz4-napi', purpose: 'amplify into LZ4 files', needed: false, attempt: tryLz4 },
      {
        name: 'apache-arrow',
        purpose: 'batches on the wire and on disk',
        needed: true,
        attempt: async () => {
          await import('apache-arrow');
          return versionOf('apache-arrow');
        },
      },
      { name: 'kafkajs', purpose: 'kafka.client: kafkajs', needed: false, attempt: tryKafkajs },
      {
        name: '@confluentinc/kafka-javascript',
        purpose: 'kafka.client: confluent',
        needed: false,
        attempt: async () => confluentVersion(),
      },
    ],
  };
}

function freeDisk(directory: string): number {
  const found = statfsSync(directory);
  return found.bavail * found.bsize;
}

/** The version in a package's package.json, found from its entry since many do not export the file itself. */
function versionOf(name: string): string | undefined {
  let folder = dirname(require.resolve(name));
  while (dirname(folder) !== folder) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const content = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
      if (content.name === name) return content.version;
    }
    folder = dirname(folder);
  }
  return undefined;
}

const probe = Buffer.from('rmmstream rmmstream rmmstream rmmstream rmmstream');

async function tryZlib(): Promise<string> {
  demand(zlib.inflateSync(zlib.deflateSync(probe)));
  return process.versions.zlib;
}

async function tryLz4(): Promise<string | undefined> {
  const { compressSync, uncompressSync } = await import('lz4-napi');
  demand(uncompressSync(compressSync(probe)));
  return versionOf('lz4-napi');
}

/** The probe as one ZSTD frame with one raw block: there is no compressor beside the decoder to make another. */
function rawZstdFrame(): Uint8Array {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, probe.length]);
  const block = (probe.length << 3) | 1;
  return Buffer.concat([header, Buffer.from([block & 255, (block >> 8) & 255, (block >> 16) & 255]), probe]);
}

async function tryZstd(): Promise<string | undefined> {
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  demand(decoder.decode(rawZstdFrame(), probe.length));
  return versionOf('zstddec');
}

async function tryLzma(): Promise<string | undefined> {
  const { compressSync, decompressSync } = await import('@napi-rs/lzma/xz');
  demand(decompressSync(compressSync(probe)));
  return versionOf('@napi-rs/lzma');
}

/** The client with what makes it fast, whose native part is not there for every platform. */
async function tryKafkajs(): Promise<string | undefined> {
  await import('../lib/kafka/kafkajs/client.js');
  return versionOf('kafkajs');
}

/** Fails where a decoder did not give the probe back. */
function demand(found: Uint8Array): void {
  if (Buffer.compare(Buffer.from(found), probe) !== 0) throw new Error('it decodes wrongly');
}
