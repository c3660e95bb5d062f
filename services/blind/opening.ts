import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { RmmError } from '../../lib/base/error.js';
import type { Evaluation } from '../pipeline/evaluation.js';
import { blindFolderOf, blindLayoutOf, readSeal, type Seal } from './seal.js';

/** What an opening found, beside the seal that it opened. */
export interface Opening {
  /** `opening` where a process was killed in it: the same seal may be opened on to its end. */
  readonly state: 'opening' | 'opened';
  readonly digest: string;
  readonly evaluation?: Evaluation;
  /** By sample and region. */
  readonly regions?: Readonly<Record<string, Readonly<Record<string, Readonly<RegionSum>>>>>;
}

/** What lies above a region's threshold. */
export interface RegionSum {
  weight: number;
  events: number;
}

/** The record of an opening; undefined where the seal was never opened. @throws blind_seal_broken */
export function readOpening(path: string): Opening | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Opening;
  } catch (cause) {
    throw new RmmError(
      'blind_seal_broken',
      `${path} is no record of an opening: ${(cause as Error).message}`,
      { context: { path }, cause },
    );
  }
}

/** A seal as it lies in a run's directory, with what came of it, or why it cannot be believed. */
export type KnownSeal = { readonly name: string } & (
  | { readonly seal: Seal; readonly opening: Opening | undefined }
  | { readonly broken: string }
);

const ending = '.seal.json';

/** All seals of a run, by name. */
export function knownSeals(runDirectory: string): KnownSeal[] {
  const folder = blindFolderOf(runDirectory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending) && !file.startsWith('.'))
    .map((file) => file.slice(0, -ending.length))
    .sort()
    .map((name) => knownSeal(runDirectory, name));
}

function knownSeal(runDirectory: string, name: string): KnownSeal {
  try {
    const layout = blindLayoutOf(runDirectory, name);
    const seal = readSeal(layout.seal);
    const opening = readOpening(layout.opened);
    return opening === undefined || opening.digest === seal.digest
      ? { name, seal, opening }
      : { name, broken: 'what was opened is another seal of that name: its digest differs' };
  } catch (error) {
    if (error instanceof RmmError) return { name, broken: error.message };
    throw error;
  }
}
