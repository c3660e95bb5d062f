import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RmmError } from '../../lib/base/error.js';
import { writeFileOnce } from '../../lib/base/write-once.js';
import { canonicalJson, type JsonValue } from '../../lib/config/index.js';
import type { FinishedRun } from '../report/open-runs.js';

/** A file whose events nobody has looked at yet. */
export interface SealedFile {
  readonly sample: string;
  readonly name: string;
  readonly bytes: number;
  /** sha256 of the whole file. */
  readonly sha256: string;
}

/** What is fixed before blind files are scored (physics.md 6). */
export interface Seal {
  readonly version: 1;
  readonly name: string;
  /** The frozen search: configuration, model and scaler of the run. */
  readonly configuration_hash: string;
  readonly model: string;
  readonly scaler: string;
  /** Thresholds of the signal regions, of the score that they are made of. */
  readonly score: string;
  readonly regions: readonly { readonly id: string; readonly threshold: number }[];
  readonly files: readonly SealedFile[];
  /** sha256 over all of the above: a seal that somebody changed is no seal. */
  readonly digest: string;
}

/** Where seals lie. */
export function blindFolderOf(runDirectory: string): string {
  return join(runDirectory, 'blind');
}

export interface BlindLayout {
  readonly folder: string;
  readonly seal: string;
  /** The record of the opening. */
  readonly opened: string;
  /** Where scores of an opening are made. */
  readonly work: string;
}

/** Names of seals are names of files. */
const names = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/;

/** @throws blind_name_invalid */
export function blindLayoutOf(runDirectory: string, name: string): BlindLayout {
  if (!names.test(name)) {
    throw new RmmError(
      'blind_name_invalid',
      `${JSON.stringify(name.slice(0, 100))} is no name of a seal: expected 1 to 64 letters, digits, _ . + and -, the first a letter or digit`,
      { context: { name } },
    );
  }
  const folder = blindFolderOf(runDirectory);
  return {
    folder,
    seal: join(folder, `${name}.seal.json`),
    opened: join(folder, `${name}.opened.json`),
    work: join(folder, `.${name}.work`),
  };
}

export function digestOf(seal: Omit<Seal, 'digest'>): string {
  return createHash('sha256')
    .update(canonicalJson(seal as unknown as JsonValue))
    .digest('hex');
}

/**
 * Writes a seal. There is one of each name: the second is refused, whatever it holds.
 * @throws blind_sealed_before, blind_file_missing
 */
export async function writeSeal(
  run: FinishedRun,
  name: string,
  files: readonly { readonly sample: string; readonly name: string; readonly path: string }[],
  frozen: Pick<Seal, 'score' | 'regions'>,
): Promise<Seal> {
  const layout = blindLayoutOf(run.layout.root, name);
  if (existsSync(layout.seal)) throw sealedBefore(name, run.shown);
  const sealed: SealedFile[] = [];
  for (const file of files) {
    sealed.push({
      sample: file.sample,
      name: file.name,
      bytes: sizeOf(file.path),
      sha256: await sha256Of(file.path),
    });
  }
  const { record } = run;
  const content = {
    version: 1,
    name,
    configuration_hash: record.configuration_hash,
    model: record.model,
    scaler: record.scaler.id,
    ...frozen,
    files: sealed,
  } as const;
  const seal: Seal = { ...content, digest: digestOf(content) };
  // Never over another one, not even one that was written meanwhile.
  if (!writeFileOnce(layout.seal, `${JSON.stringify(seal, null, 1)}\n`)) throw sealedBefore(name, run.shown);
  return seal;
}

/** @throws blind_seal_broken where it is missing, is no seal, or was changed */
export function readSeal(path: string): Seal {
  let seal: Seal;
  try {
    seal = JSON.parse(readFileSync(path, 'utf8')) as Seal;
  } catch (cause) {
    throw broken(path, `it cannot be read: ${(cause as Error).message}`);
  }
  const { digest, ...content } = seal;
  if (digest !== digestOf(content)) throw broken(path, 'its content is not what was sealed');
  return seal;
}

/** @throws blind_file_missing */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  } catch (cause) {
    throw missing(path, cause);
  }
  return hash.digest('hex');
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (cause) {
    throw missing(path, cause);
  }
}

function missing(path: string, cause: unknown): RmmError {
  return new RmmError('blind_file_missing', `${path} cannot be read: ${(cause as Error).message}`, {
    context: { path },
    cause,
  });
}

function broken(path: string, why: string): RmmError {
  return new RmmError('blind_seal_broken', `${path} is no seal that can be opened: ${why}`, {
    context: { path },
  });
}

function sealedBefore(name: string, shown: string): RmmError {
  return new RmmError(
    'blind_sealed_before',
    `${shown} holds a seal ${name} already; a seal is never written again: choose another name`,
    { context: { name } },
  );
}
