import { RmmError } from '../base/error.js';
import type { Backend } from './backend.js';
import type { BackendCandidate, BackendName } from './backend-candidates.js';
import { tryBackend } from './try-backend.js';

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

/** Opens and tries one candidate. */
export async function openBackend(candidate: BackendCandidate): Promise<Backend> {
  const backend = await candidate.open();
  await tryBackend(backend);
  return backend;
}

function isMeant({ name, onlyByName }: BackendCandidate, choice: BackendName | 'auto'): boolean {
  if (choice === 'auto') return onlyByName !== true;
  return name === choice || name.startsWith(`${choice}+`);
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!;
}
