import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { planRanges } from '../../lib/flow/ranges.js';
import { lockHolder } from '../../lib/flow/run-lock.js';
import { checkpointFileNames } from '../../lib/learning/checkpoint.js';
import { kafkaLayoutOf, readClaim } from '../kafka/claim-directory.js';
import { layoutOf, type RunLayout, rangeName } from '../pipeline/layout.js';
import type { Manifest } from '../pipeline/manifest.js';
import { checkpointPaths } from '../trainer/checkpoint-keeper.js';

/** Pieces of work, and the entries in them. */
export interface Share {
  readonly done: number;
  readonly total: number;
  readonly entriesDone: number;
  readonly entries: number;
}

/** The last checkpoint of the training: when it was written, and how far it is. */
export interface CheckpointFacts {
  readonly atMs: number;
  readonly megaset: number;
  readonly epoch: number;
}

/** What the directory of a run in one process tells; nothing in it is changed. */
export interface DirectoryFacts {
  readonly directory: string;
  /** Of `rmmstream score`, which has a model and trains none. */
  readonly isScoring: boolean;
  readonly isFinished: boolean;
  readonly holder: { readonly pid: number; readonly isAlive: boolean } | undefined;
  readonly files: number;
  /** Input files that are weighed before anything else, and how many are. */
  readonly weighed: { readonly done: number; readonly total: number };
  readonly features: Share;
  readonly scores: Share;
  readonly model: string | undefined;
  readonly checkpoint: CheckpointFacts | undefined;
}

/** @throws run_missing, cli_usage for the directory of a run over Kafka, partial_damaged */
export function directoryFacts(directory: string): DirectoryFacts {
  const layout = layoutOf(directory);
  const manifest = readManifest(directory, layout);
  const { inputs } = manifest;
  const configuration = manifest.configuration as {
    readonly model?: string;
    readonly engine: { readonly range_events: number };
  };
  const isScoring = configuration.model !== undefined;
  const entries = inputs.map((input) => input.entries);
  const ranges = planRanges(entries, configuration.engine.range_events).map(({ source, first, count }) => {
    const { sample, fingerprint } = inputs[source]!;
    return { name: rangeName(sample, fingerprint, first), count };
  });
  const share = (folder: string): Share => {
    const names = recordNames(folder);
    const found = ranges.filter(({ name }) => names.has(name));
    return { done: found.length, total: ranges.length, entriesDone: sum(found), entries: sum(ranges) };
  };
  const simulated = inputs.filter((input) => input.kind !== 'data' && input.entries > 0);
  const weighed = recordNames(layout.weighed);
  return {
    directory,
    isScoring,
    isFinished: existsSync(layout.finished),
    holder: lockHolder(layout.lock),
    files: inputs.length,
    weighed: {
      done: simulated.filter((input) => weighed.has(`${input.fingerprint}.${input.entries}`)).length,
      total: simulated.length,
    },
    features: share(layout.ranges),
    scores: share(isScoring ? layout.ranges : layout.scored),
    model: isScoring ? configuration.model : modelOf(layout),
    checkpoint: checkpointFacts(layout.checkpoint),
  };
}

function readManifest(directory: string, layout: RunLayout): Manifest {
  const { claim } = kafkaLayoutOf(directory);
  if (existsSync(claim)) {
    throw new RmmError(
      'cli_usage',
      `${directory} holds outputs of a run over Kafka (prefix ${readClaim(claim).prefix}), whose state is on its topics: give its configuration file instead`,
    );
  }
  const found = readJson<Manifest>(layout.manifest);
  if (found !== undefined) return found;
  throw new RmmError('run_missing', `${directory} holds no run of rmmstream, begun or finished`, {
    context: { directory },
  });
}

/** JSON of a file that may not be there, or go at any moment. @throws partial_damaged */
function readJson<Content>(path: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new RmmError('partial_damaged', `${path} cannot be read (${(cause as Error).message})`, {
      context: { path },
      cause,
    });
  }
}

/** Names of the records in a folder; there may be many thousand, so none is read. */
function recordNames(folder: string): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  return new Set(readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : [])));
}

function sum(ranges: readonly { readonly count: number }[]): number {
  return ranges.reduce((entries, { count }) => entries + count, 0);
}

/** Id of the model that is there in full: its index is written last. */
function modelOf({ model }: RunLayout): string | undefined {
  return readJson<{ readonly id: string }>(join(model, 'model.json'))?.id;
}

/** The last checkpoint in a folder, in whose place the next one may be put meanwhile. @throws partial_damaged */
export function checkpointFacts(checkpoint: string): CheckpointFacts | undefined {
  // While the next one waited to be looked at it may have taken its place.
  for (const folder of [...checkpointPaths(checkpoint), checkpoint]) {
    const path = join(folder, checkpointFileNames[0]);
    const found = readJson<{ position: { megaset: number }; loop: { epoch: number } }>(path);
    const atMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (found !== undefined && atMs !== undefined)
      return { atMs, megaset: found.position.megaset, epoch: found.loop.epoch };
  }
  return undefined;
}
