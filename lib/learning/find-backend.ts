import { RmmError } from '../base/error.js';
import type { Backend } from './backend.js';
import { graphBackend } from './graph-backend.js';
import { buildNetwork } from './network.js';
import { disableRuntimeTelemetry } from './no-telemetry.js';
import { onnxruntimeRuntime } from './onnxruntime.js';

/** The names a configuration may give, in the order in which `auto` tries them. */
export const backendNames = ['onnxruntime-node', 'onnxruntime-web'] as const;
export type BackendName = (typeof backendNames)[number];

/** How to open one backend; opening may fail in any way. */
export interface BackendCandidate {
  readonly name: string;
  open(): Promise<Backend>;
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
 * @param threads of the WebAssembly pool, which is one for the whole process or worker
 */
export function backendCandidates(threads: number): readonly BackendCandidate[] {
  return [
    { name: 'onnxruntime-node', open: openNative },
    { name: 'onnxruntime-web', open: () => openWasm(threads) },
  ];
}

/**
 * Takes the named backend, or with `auto` the first that works. A candidate works if it scores one row of a
 * network of one unit rightly.
 * @throws RmmError `backend_unavailable` with the reason of every candidate
 */
export async function findBackend(
  choice: BackendName | 'auto',
  candidates: readonly BackendCandidate[],
): Promise<FoundBackend> {
  const trials: BackendTrial[] = [];
  for (const candidate of candidates) {
    if (choice !== 'auto' && candidate.name !== choice) continue;
    try {
      const backend = await candidate.open();
      await tryBackend(backend);
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

async function tryBackend(backend: Backend): Promise<void> {
  const network = buildNetwork(
    {
      name: 'trial',
      inputActivation: { type: 'linear' },
      layers: [{ units: 'columns', activation: { type: 'relu' } }],
    },
    1,
  );
  // x = 3 gives max(0, 3 x 2 + 1) = 7, a difference of 4.
  const parameters = [Float32Array.of(2), Float32Array.of(1)];
  const scorer = await backend.createScorer(network, parameters, Float32Array.of(0.5), {
    batch: 1,
    threads: 1,
  });
  const { squares, normalised, absolutes } = await scorer.score(Float32Array.of(3));
  await scorer.release();
  if (squares[0] !== 16 || normalised[0] !== 8 || absolutes[0] !== 4) {
    throw new Error(`it computes wrongly: (7 - 3)^2 = ${squares[0]}`);
  }
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!;
}

async function openNative(): Promise<Backend> {
  disableRuntimeTelemetry();
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

async function openWasm(threads: number): Promise<Backend> {
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
