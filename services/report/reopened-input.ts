import type { Config, Profile } from '../../lib/config/index.js';
import { type OpenedFile, openInput } from '../pipeline/input-plan.js';
import { inputPaths } from './input-files.js';
import type { FinishedRun } from './open-runs.js';

type RecordedInput = FinishedRun['record']['inputs'][number];

/** What stands in run.json is the profile itself, not its name. */
export function profileOf(config: Config): Profile {
  return (config as unknown as { readonly profile: Profile }).profile;
}

/**
 * Opens an input file of a run again, wherever it lies now, and makes sure that it is the one that the run has read.
 * @param kind of the sample; as data its weights are not read
 * @returns why it cannot be had where it is not found or is another file
 * @throws what opening a file throws
 */
export async function reopenInput(
  run: FinishedRun,
  { file: name, sample, fingerprint, bytes }: RecordedInput,
  kind: 'background' | 'data',
  {
    config,
    inputFolder,
    signal,
  }: {
    readonly config: Config;
    readonly inputFolder: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<OpenedFile | { readonly notDefined: string }> {
  const paths = inputPaths(name, run, inputFolder);
  if (paths.length === 0)
    return { notDefined: `${name} is not found; say with --inputs in which folder it is` };
  const options = { config, profile: profileOf(run.config), signal, onFile: () => undefined };
  for (const path of paths) {
    const open = (verify: boolean) =>
      openInput({ name: sample, kind, files: [] }, { name, path }, { ...options, verify });
    const opened = await open(false);
    if (opened.fingerprint === fingerprint) return opened;
    if (opened.metadata.size !== bytes) continue;
    // A run with --verify-inputs has fingerprints over the whole content.
    const verified = await open(true);
    if (verified.fingerprint === fingerprint) return verified;
  }
  return { notDefined: `${name} is another file than the run has read (its fingerprint differs)` };
}
