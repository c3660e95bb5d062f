import { type BackendMeasure, measureBackend } from '../lib/learning/benchmark.js';
import { allCandidates } from '../lib/learning/find-backend.js';
import { openBackend } from '../lib/learning/try-backend.js';

/** What the process of a backend is asked: to open and try it, and to measure it where seconds are given. */
export interface BackendRequest {
  readonly name: string;
  readonly threads: number;
  readonly seconds?: number;
}

export type BackendAnswer =
  | { readonly version: string; readonly measure?: BackendMeasure }
  | { readonly reason: string };

/** The process of one backend, for `rmmstream doctor` (ask-backend.ts). */
async function answer({ name, threads, seconds }: BackendRequest): Promise<BackendAnswer> {
  try {
    const candidate = allCandidates(threads).find((one) => one.name === name)!;
    const backend = await openBackend(candidate);
    const { version } = backend;
    if (seconds === undefined) return { version };
    const nowMs = () => performance.now();
    return { version, measure: await measureBackend(backend, { seconds, threads, nowMs }) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

process.once('disconnect', () => process.exit());
process.once('message', async (request) => process.send!(await answer(request as BackendRequest)));
