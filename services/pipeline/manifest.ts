import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { configurationHash, configurationIdentity, type LoadedConfig } from '../../lib/config/index.js';
import type { OpenedFile } from './input-plan.js';

/** One input file as the manifest knows it. */
export interface ManifestInput {
  readonly sample: string;
  readonly kind: string;
  /** Path as shown in outputs: relative to the configuration file. */
  readonly file: string;
  readonly fingerprint: string;
  /** Entries that the run reads of it. */
  readonly entries: number;
}

/** What a directory's run is made of: compared with the command's own before anything is written. */
export interface Manifest {
  readonly version: 1;
  readonly program: string;
  readonly configurationHash: string;
  readonly configuration: unknown;
  readonly inputs: readonly ManifestInput[];
}

/** Which files a sample has is compared file by file; everything else of configuration and profile as a whole. */
export function manifestOf(
  { config, profile }: Pick<LoadedConfig, 'config' | 'profile'>,
  opened: readonly Pick<OpenedFile, 'sample' | 'kind' | 'name' | 'fingerprint' | 'entries'>[],
): Manifest {
  const withoutSamples = { ...config, input: { ...config.input, samples: [] } };
  return {
    version: 1,
    program: packageVersion,
    configurationHash: configurationHash(withoutSamples, profile),
    configuration: configurationIdentity(withoutSamples, profile),
    inputs: opened.map(({ sample, kind, name, fingerprint, entries }) => ({
      sample,
      kind,
      file: name,
      fingerprint,
      entries,
    })),
  };
}

/** How a run found in the output directory relates to the one asked for. */
export type Comparison =
  | { readonly kind: 'same' }
  /** Only files or samples were added. */
  | { readonly kind: 'added'; readonly differences: readonly string[] }
  | { readonly kind: 'changed'; readonly differences: readonly string[] };

/**
 * Compares the run in the directory with the one asked for.
 * @param configurationDifferences lines such as "training.epochs: 10 -> 20"
 */
export function compareManifests(
  found: Manifest,
  asked: Manifest,
  configurationDifferences: readonly string[],
): Comparison {
  const before = new Map(found.inputs.map((input) => [keyOf(input), input]));
  const added: string[] = [];
  const changed: string[] = [];
  for (const input of asked.inputs) {
    const old = before.get(keyOf(input));
    before.delete(keyOf(input));
    if (old === undefined) added.push(`input added: ${input.file} (sample ${input.sample})`);
    else if (old.fingerprint !== input.fingerprint)
      changed.push(`input changed: ${input.file} (sample ${input.sample})`);
    else if (old.kind !== input.kind) changed.push(`${input.sample}: kind ${old.kind} -> ${input.kind}`);
    else if (old.entries !== input.entries)
      changed.push(`${input.file}: entries ${old.entries} -> ${input.entries}`);
  }
  for (const input of before.values()) changed.push(`input gone: ${input.file} (sample ${input.sample})`);
  const settings = [...configurationDifferences];
  if (settings.length === 0 && found.configurationHash !== asked.configurationHash) {
    settings.push(`configuration hash: ${found.configurationHash} -> ${asked.configurationHash}`);
  }
  if (found.program !== asked.program) settings.push(`rmmstream: ${found.program} -> ${asked.program}`);
  const differences = [...settings, ...changed, ...added];
  if (differences.length === 0) return { kind: 'same' };
  return settings.length === 0 && changed.length === 0
    ? { kind: 'added', differences }
    : { kind: 'changed', differences };
}

function keyOf(input: ManifestInput): string {
  return `${input.sample}\n${input.file}`;
}

/** The error for a directory that holds another run. */
export function changedError(directory: string, comparison: Exclude<Comparison, { kind: 'same' }>): RmmError {
  const shown = comparison.differences.slice(0, 20).map((line) => `\n  ${line}`);
  const more = comparison.differences.length > 20 ? `\n  and ${comparison.differences.length - 20} more` : '';
  const cure =
    comparison.kind === 'added'
      ? 'add --extend to keep what is finished and train again with the added files, or --fresh to start over'
      : 'choose another output directory, or add --fresh to start over';
  return new RmmError(
    'run_changed',
    `${directory} holds another run; ${cure}. What differs:${shown.join('')}${more}`,
    {
      context: { directory, differences: comparison.differences },
    },
  );
}
