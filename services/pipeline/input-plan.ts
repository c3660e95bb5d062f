import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { RmmError } from '../../lib/base/error.js';
import { openRootFile, type RootMetadata } from '../../lib/columnar/root/index.js';
import {
  type Config,
  describeMismatch,
  type InputFile,
  matchProfile,
  neededBranches,
  type Profile,
} from '../../lib/config/index.js';
import { branchesToRead } from '../ingest/needed.js';
import type { FileContext } from './file-context.js';
import type { RunRequest } from './request.js';

/** A sample with its files, as the configuration or the command line names them. */
export interface PlannedSample {
  readonly name: string;
  readonly kind: FileContext['kind'];
  readonly files: readonly InputFile[];
}

/** An input file that was opened and fits the profile, not yet weighed. */
export type OpenedFile = Omit<FileContext, 'medianWeight' | 'sumOfWeights'>;

export interface OpenInputsOptions {
  readonly config: Config;
  readonly profile: Profile;
  readonly verify: boolean;
  readonly signal: AbortSignal;
  /** Hears of every opened file with its number of entries. */
  readonly onFile: (entries: number) => void;
}

/**
 * Opens every file once: metadata, fit of the profile, fingerprint, entries to read.
 * @throws what opening throws; profile_mismatch with every branch that is missing or of another type
 */
export async function openInputs(
  samples: readonly PlannedSample[],
  options: OpenInputsOptions,
): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  const known = new Map<string, OpenedFile>();
  for (const sample of samples) {
    let left = options.config.input.max_events;
    for (const file of sample.files) {
      options.signal.throwIfAborted();
      const found = await openInput(sample, file, options);
      const twin = known.get(found.fingerprint);
      if (twin !== undefined) {
        throw new RmmError(
          'input_copied',
          `${found.name} (sample ${found.sample}) is a copy of ${twin.name} (sample ${twin.sample}): size, UUID and metadata are the same; take one of them out`,
          { context: { file: found.name, copy_of: twin.name } },
        );
      }
      known.set(found.fingerprint, found);
      options.onFile(found.entries);
      const entries = Math.min(found.entries, left);
      left -= entries;
      opened.push({ ...found, entries });
    }
  }
  return opened;
}

/** Opens the inputs of a run, or of a part of its samples, as its stage `inputs`. @throws as openInputs */
export async function openRunInputs(
  { loaded, progress, signal }: Pick<RunRequest, 'loaded' | 'progress' | 'signal'>,
  samples: readonly PlannedSample[] = loaded.samples,
): Promise<OpenedFile[]> {
  const { config, profile } = loaded;
  progress.start('inputs', 0);
  const opened = await openInputs(samples, {
    config,
    profile,
    verify: config.input.verify_inputs,
    signal,
    onFile: (entries) => progress.advance('inputs', entries),
  });
  progress.finish('inputs');
  return opened;
}

/** Opens one file: metadata, fit of the profile, fingerprint. @throws as openInputs */
export async function openInput(
  sample: PlannedSample,
  file: InputFile,
  options: OpenInputsOptions,
): Promise<OpenedFile> {
  const { config, profile } = options;
  const root = await openRootFile(file.path);
  try {
    const tree = root.trees.filter(({ name }) => name === profile.tree).sort((a, b) => b.cycle - a.cycle)[0];
    if (tree === undefined) {
      const there = [...new Set(root.trees.map(({ name }) => name))].join(', ') || 'none';
      throw new RmmError(
        'profile_mismatch',
        `${file.name} has no tree ${profile.tree}, which profile ${profile.name} reads; trees there: ${there}`,
        { context: { file: file.name, tree: profile.tree } },
      );
    }
    const needs = {
      features: config.features.type,
      kind: sample.kind === 'data' ? 'data' : 'background',
      triggers: config.selection.triggers,
    } as const;
    const match = matchProfile(neededBranches(profile, needs), tree.branches);
    if (!match.fits) {
      throw new RmmError(
        'profile_mismatch',
        `${file.name} does not fit profile ${profile.name}: ${describeMismatch(match).join('; ')}; \`rmmstream inspect\` shows what the file holds`,
        { context: { file: file.name, profile: profile.name } },
      );
    }
    const data = sample.kind === 'data' || (sample.kind === 'input' && (await holdsData(root, profile)));
    const available = new Set(tree.branches.map(({ name }) => name));
    const branches = branchesToRead(config, profile, { data, available }).map(({ branch }) => branch);
    const metadata = root.metadata({ tree: profile.tree, branches: [...new Set(branches)] });
    return {
      sample: sample.name,
      kind: sample.kind,
      name: file.name,
      path: file.path,
      fingerprint: options.verify ? await contentHash(file.path) : quickFingerprint(metadata),
      entries: tree.entries,
      metadata,
      data,
    };
  } finally {
    root.close();
  }
}

/** Files without a stated kind are data if their first event carries the profile's data channel. */
async function holdsData(root: Awaited<ReturnType<typeof openRootFile>>, profile: Profile): Promise<boolean> {
  const reader = root.columns(profile.tree, [profile.event.channel.branch]);
  return reader.entries > 0 && Number(reader.read(0, 1)[0]!.values[0]) === profile.data_channel;
}

/** size, TFile UUID, and hash of header, key list and tree metadata (decisions.md 14). */
export function quickFingerprint(metadata: Pick<RootMetadata, 'size' | 'uuid' | 'metadataHash'>): string {
  return createHash('sha256')
    .update(`${metadata.size}\n${metadata.uuid}\n${metadata.metadataHash}`)
    .digest('hex');
}

async function contentHash(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}
