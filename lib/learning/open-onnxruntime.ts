import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Backend } from './backend.js';
import { graphBackend } from './graph-backend.js';
import { prepareNativeLibraries } from './native-settings.js';
import { onnxruntimeRuntime } from './onnxruntime.js';

/** onnxruntime's execution providers for GPUs, by the name that `learning.device` and its own options give them. */
export const gpuProviders = ['cuda', 'dml', 'coreml', 'webgpu'] as const;
export type GpuProvider = (typeof gpuProviders)[number];

const gpuHelp: Record<GpuProvider, string> = {
  cuda: 'it needs a driver, CUDA 12 and cuDNN 9 among the shared libraries (docs/gpu.md)',
  dml: 'it needs a driver for Direct3D 12',
  coreml: 'it needs macOS 10.15 or newer',
  webgpu: 'it needs a driver for Vulkan, Direct3D 12 or Metal (docs/gpu.md)',
};

/** @throws Error that says why the binary does not load */
export async function openOnnxNode(): Promise<Backend> {
  prepareNativeLibraries();
  const ort = await import('onnxruntime-node');
  return graphBackend(
    onnxruntimeRuntime(ort, {
      name: 'onnxruntime-node',
      version: ort.env.versions.node ?? ort.env.versions.common,
      executionProviders: ['cpu'],
      writesInPlace: true,
    }),
  );
}

/**
 * onnxruntime-node on a GPU. What its provider cannot run goes to the CPU; weights and moments cross the bus at every
 * step.
 * @throws Error that says what is missing and how to get it
 */
export async function openOnnxGpu(provider: GpuProvider): Promise<Backend> {
  prepareNativeLibraries();
  const ort = await import('onnxruntime-node');
  const known = ort.listSupportedBackends().map(({ name }) => name);
  if (!known.includes(provider)) {
    const here = `${process.platform} ${process.arch}`;
    throw new Error(
      `onnxruntime-node has no ${provider} for ${here}, only ${known.join(', ')}; choose another learning.device`,
    );
  }
  if (provider === 'cuda') requireCudaProvider();
  return graphBackend(
    onnxruntimeRuntime(ort, {
      name: `onnxruntime-node+${provider}`,
      version: ort.env.versions.node ?? ort.env.versions.common,
      executionProviders: [provider],
      writesInPlace: true,
      help: gpuHelp[provider],
    }),
  );
}

/** Without this look onnxruntime writes about the missing library to the terminal, beside its error. */
function requireCudaProvider(): void {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')));
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch);
  if (existsSync(join(folder, 'libonnxruntime_providers_cuda.so'))) return;
  throw new Error(
    'its CUDA provider is not installed; ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js fetches it (docs/gpu.md)',
  );
}

/**
 * The same graphs in WebAssembly.
 * @param threads of the pool, which is one for the whole process or worker
 */
export async function openOnnxWeb(threads: number): Promise<Backend> {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  return graphBackend(
    onnxruntimeRuntime(ort, {
      name: 'onnxruntime-web',
      version: ort.env.versions.web ?? ort.env.versions.common,
      executionProviders: ['wasm'],
      writesInPlace: false,
    }),
  );
}
