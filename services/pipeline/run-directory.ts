import { existsSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { basename } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { sweepTemporariesOf, sweepTemporaryTree } from '../../lib/base/temporary-files.js';
import { takeRunLock } from '../../lib/flow/run-lock.js';
import { everythingOf, layoutOf, madeFromAllInputs, type RunLayout } from './layout.js';
import { changedError, compareManifests, type Manifest } from './manifest.js';
import { prepareFolder } from './output-path.js';

export type DirectoryState = 'new' | 'resumed' | 'extended' | 'finished';

export interface OpenedDirectory {
  readonly layout: RunLayout;
  readonly state: DirectoryState;
  /** Gives the lock back. */
  readonly release: () => void;
}

export interface OpenOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly fresh: boolean;
  readonly extend: boolean;
  /** Differences of two configurations, one line each. */
  readonly differences: (found: unknown, asked: unknown) => readonly string[];
  /** Bytes that the run will need at most, for the check of the disk. */
  readonly bytesNeeded: number;
}

/**
 * Takes the output directory for this run: makes it, locks it, compares its manifest, clears what is stale.
 * @throws output_unwritable, not_a_run, run_locked, run_changed, disk_full
 */
export function openRunDirectory(options: OpenOptions): OpenedDirectory {
  const layout = layoutOf(options.directory);
  prepareFolder(layout.root);
  refuseForeign(layout);
  const release = takeRunLock(layout.lock);
  try {
    const state = settle(layout, options);
    if (state !== 'finished') {
      checkDisk(layout.root, options.bytesNeeded);
      sweep(layout);
    }
    return { layout, state, release };
  } catch (error) {
    release();
    throw error;
  }
}

function settle(layout: RunLayout, options: OpenOptions): DirectoryState {
  const found = existsSync(layout.manifest) ? readManifest(layout.manifest) : undefined;
  if (found === undefined || options.fresh) {
    for (const path of everythingOf(layout))
      if (path !== layout.work) rmSync(path, { recursive: true, force: true });
    clearWork(layout);
    writeFileAtomic(layout.manifest, JSON.stringify(options.manifest));
    return 'new';
  }
  const comparison = compareManifests(
    found,
    options.manifest,
    options.differences(found.configuration, options.manifest.configuration),
  );
  if (comparison.kind === 'same') return existsSync(layout.finished) ? 'finished' : 'resumed';
  if (comparison.kind === 'changed' || !options.extend) throw changedError(options.directory, comparison);
  // The new manifest is written last: a kill in between leaves the old one, and the same command clears again.
  for (const path of madeFromAllInputs(layout)) rmSync(path, { recursive: true, force: true });
  writeFileAtomic(layout.manifest, JSON.stringify(options.manifest));
  return 'extended';
}

/**
 * Half-written files of a killed process, in our own folders only: the directory may be somebody's home. The lock is
 * ours, so no living process writes them.
 */
function sweep(layout: RunLayout): void {
  for (const folder of [layout.scores, layout.features, layout.deadLetters, layout.work])
    sweepTemporaryTree(folder);
  for (const path of [layout.runJson, layout.cutflowJson, layout.model, layout.modelZip])
    sweepTemporariesOf(path);
}

/** Clears the work folder but for the lock, which is ours. */
function clearWork(layout: RunLayout): void {
  for (const path of [layout.manifest, layout.weighed, layout.ranges, layout.moments]) {
    rmSync(path, { recursive: true, force: true });
  }
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  } catch (error) {
    throw new RmmError(
      'partial_damaged',
      `${path} cannot be read (${(error as Error).message}); start over with --fresh`,
      {
        context: { path },
        cause: error,
      },
    );
  }
}

/** A directory that holds our names but no manifest is not ours: nothing in it may be deleted. */
export function refuseForeign(layout: RunLayout): void {
  if (existsSync(layout.manifest) || existsSync(layout.lock)) return;
  const present = everythingOf(layout).filter((path) => existsSync(path) && !isBareWork(layout, path));
  if (present.length === 0) return;
  const names = present.map((path) => basename(path)).join(', ');
  throw new RmmError(
    'not_a_run',
    `${layout.root} holds ${names}, but no run of rmmstream; choose an empty or new directory with --output`,
    { context: { directory: layout.root } },
  );
}

/** A work folder with nothing but what taking the lock leaves: all that a full disk or a kill at the very start made. */
function isBareWork(layout: RunLayout, path: string): boolean {
  return path === layout.work && readdirSync(path).every((name) => name.startsWith(basename(layout.lock)));
}

function checkDisk(directory: string, bytesNeeded: number): void {
  const disk = statfsSync(directory);
  const free = disk.bavail * disk.bsize;
  if (free >= bytesNeeded) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new RmmError(
    'disk_full',
    `the disk of ${directory} has ${megabytes(free)} free and the run may need ${megabytes(bytesNeeded)}; free some room or choose another directory with --output`,
    { context: { directory, free, needed: bytesNeeded } },
  );
}
