import { RmmError } from '../base/error.js';
import type { Backend } from './backend.js';
import {
  type GpuProvider,
  gpuProviders,
  openOnnxGpu,
  openOnnxNode,
  openOnnxWeb,
} from './open-onnxruntime.js';
import { openTfjsNode, openTfjsWasm } from './tfjs/open.js';
import { type BackendCandidate, openBackend } from './try-backend.js';

/** The backends, those that compute on the CPU first, in the order in which `auto` tries them: the fastest first. */
export const backendNames = [
  'onnxruntime-node',
  'tfjs-node',
  'onnxruntime-web',
  'tfjs-wasm',
  'tfjs-node-gpu',
] as const;
export type BackendName = (typeof backendNames)[number];

/** What a network may run on; `auto` is a GPU where one can be used and else the CPU. */
export const devices = ['cpu', 'auto', ...gpuProviders] as const;
export type Device = (typeof devices)[number];

/**
 * The candidates for a device, in the order in which `auto` tries them. On the CPU no GPU is ever taken: a run must
 * not give other bits because a graphics card was put in.
 * @param threads of pools that are made once for the whole process or worker
 */
export function backendCandidates(threads: number, device: Device = 'cpu'): readonly BackendCandidate[] {
  const onGpu = gpuCandidates(threads);
  const onCpu = cpuCandidates(threads);
  const tfjsGpu = onGpu.find(({ name }) => name === 'tfjs-node-gpu')!;
  if (device === 'cpu') return [...onCpu, { ...tfjsGpu, onlyByName: true }];
  if (device === 'auto') return [...onGpu, ...onCpu];
  const fitting = onGpu.filter((candidate) => runsOn(candidate, device));
  const others = backendNames.filter((name) => !fitting.some((one) => one.name.split('+')[0] === name));
  // Where nothing fits, `auto` shall say so for each.
  const onlyByName = fitting.length > 0;
  return [...fitting, ...others.map((name) => ({ ...refusal(name, device), onlyByName }))];
}

/** Every candidate of this platform, for those who list them. */
export function allCandidates(threads: number): readonly BackendCandidate[] {
  return [...cpuCandidates(threads), ...gpuCandidates(threads)];
}

/** What became of one candidate. */
export interface BackendTrial {
  readonly name: string;
  /** Undefined where it was not taken. */
  readonly version: string | undefined;
  /** Why it was not taken; undefined where it works. */
  readonly reason: string | undefined;
}

export interface FoundBackend {
  readonly backend: Backend;
  /** Every candidate tried before it, with the reason, and itself last. */
  readonly trials: readonly BackendTrial[];
}

/**
 * Takes the named backend, or with `auto` the first that works. A candidate works if it scores and trains a network of
 * one unit rightly.
 * @throws RmmError `backend_unavailable` with the reason of every candidate
 */
export async function findBackend(
  choice: BackendName | 'auto',
  candidates: readonly BackendCandidate[],
): Promise<FoundBackend> {
  const trials: BackendTrial[] = [];
  for (const candidate of candidates) {
    if (!isMeant(candidate, choice)) continue;
    try {
      const backend = await openBackend(candidate);
      trials.push({ name: candidate.name, version: backend.version, reason: undefined });
      return { backend, trials };
    } catch (error) {
      trials.push({ name: candidate.name, version: undefined, reason: firstLine(error) });
    }
  }
  const reasons = trials.map((trial) => `${trial.name}: ${trial.reason}`).join('; ');
  throw new RmmError(
    'backend_unavailable',
    `no learning backend works (asked for ${choice}): ${reasons || `known are ${candidates.map((c) => c.name).join(', ')}`}`,
  );
}

function isMeant({ name, onlyByName }: BackendCandidate, choice: BackendName | 'auto'): boolean {
  if (choice === 'auto') return onlyByName !== true;
  return name === choice || name.startsWith(`${choice}+`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!;
}

function cpuCandidates(threads: number): BackendCandidate[] {
  return [
    { name: 'onnxruntime-node', open: openOnnxNode },
    { name: 'tfjs-node', open: () => openTfjsNode('tfjs-node', threads) },
    { name: 'onnxruntime-web', open: () => openOnnxWeb(threads) },
    { name: 'tfjs-wasm', open: openTfjsWasm },
  ];
}

function gpuCandidates(threads: number): BackendCandidate[] {
  const onnx = platformProviders(process.platform).map((provider) => ({
    name: `onnxruntime-node+${provider}`,
    open: () => openOnnxGpu(provider),
  }));
  const tfjs = { name: 'tfjs-node-gpu', open: () => openTfjsNode('tfjs-node-gpu', threads) };
  // WebGPU, which every platform has, comes last: its drivers are the youngest.
  return [...onnx.slice(0, -1), tfjs, ...onnx.slice(-1)];
}

/** Providers that onnxruntime-node can have on a platform. */
function platformProviders(platform: NodeJS.Platform): GpuProvider[] {
  const own: Partial<Record<NodeJS.Platform, GpuProvider>> = {
    linux: 'cuda',
    win32: 'dml',
    darwin: 'coreml',
  };
  const provider = own[platform];
  return provider === undefined ? ['webgpu'] : [provider, 'webgpu'];
}

function runsOn({ name }: BackendCandidate, device: Device): boolean {
  return name.endsWith(`+${device}`) || (name === 'tfjs-node-gpu' && device === 'cuda');
}

function refusal(name: BackendName, device: Device): BackendCandidate {
  const onlyCpu = 'it computes on the CPU only';
  const why: Record<BackendName, string> = {
    'onnxruntime-node': `it cannot compute on ${device} on ${process.platform}`,
    'tfjs-node': onlyCpu,
    'onnxruntime-web': onlyCpu,
    'tfjs-wasm': onlyCpu,
    'tfjs-node-gpu': 'it computes on cuda only',
  };
  return {
    name,
    open: () =>
      Promise.reject(new Error(`${why[name]}, and learning.device is ${device}; change one of the two`)),
  };
}
