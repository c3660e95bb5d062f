import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncFolder } from '../../lib/base/atomic-file.js';
import type { Clock } from '../../lib/base/clock.js';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import {
  type Checkpoint,
  type CheckpointOrigin,
  checkCheckpoint,
  checkpointFileNames,
  checkpointFiles,
  checkpointFromFiles,
} from '../../lib/learning/checkpoint.js';
import type { NamedFile } from '../../lib/learning/files.js';
import { readFolderFiles, writeFolder } from '../scorer/model-folder.js';

export interface KeeperOptions {
  readonly folder: string;
  /** Minutes between two checkpoints within a megaset; 0 for none there. */
  readonly minutes: number;
  readonly clock: Pick<Clock, 'steadyMs'>;
  /** Writes a checkpoint; where the disk may be waited for, again and again. By default once. */
  readonly save?: (write: () => void) => Promise<void>;
  readonly onNote: (text: string) => void;
}

/** Keeps the newest checkpoint of a training in its folder, and knows when the next one is due. */
export class CheckpointKeeper {
  readonly #options: KeeperOptions;
  #lastMs: number;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#lastMs = options.clock.steadyMs();
  }

  /**
   * The last checkpoint. A damaged one costs time and nothing else: the same training is done again from the start.
   * @throws checkpoint_mismatch, model_version_unsupported
   */
  read(origin: CheckpointOrigin): Checkpoint | undefined {
    const { folder, onNote } = this.#options;
    const files = readCheckpointFiles(folder);
    if (files === undefined) return undefined;
    let found: Checkpoint;
    try {
      found = checkpointFromFiles(files, folder);
    } catch (error) {
      if (!(error instanceof RmmError) || error.code !== 'model_corrupt') throw error;
      onNote(`the checkpoint is damaged, so training starts again: ${error.message}`);
      return undefined;
    }
    checkCheckpoint(found, origin);
    return found;
  }

  /** Whether the last one is so old that the next is due. */
  isDue(): boolean {
    const { minutes, clock } = this.#options;
    return minutes > 0 && clock.steadyMs() - this.#lastMs >= 60_000 * minutes;
  }

  /** Writes a checkpoint in the place of the one before: at no moment is there none. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const { folder, save, clock } = this.#options;
    const files = checkpointFiles(checkpoint);
    const write = () => replaceFolder(folder, files);
    await (save?.(write) ?? write());
    this.#lastMs = clock.steadyMs();
  }
}

/** Where a checkpoint is whole before the one before it goes. */
function nextTo(folder: string): string {
  return `${folder}.next`;
}

/** The folder of a checkpoint, and the one beside it that a kill may leave: whoever deletes deletes both. */
export function checkpointPaths(folder: string): string[] {
  return [folder, nextTo(folder)];
}

/**
 * The files of the newest checkpoint that is whole; undefined where there is none. A replacement that a kill broke off
 * is finished first, so that the folder holds what is read.
 */
export function readCheckpointFiles(folder: string): Map<string, Uint8Array> | undefined {
  const files = readFolderFiles(folder, checkpointFileNames);
  if (files !== undefined) return files;
  const newer = readFolderFiles(nextTo(folder), checkpointFileNames);
  if (newer !== undefined) takePlace(nextTo(folder), folder);
  return newer;
}

/** Two renames, as one folder takes another's place, would leave a moment without any: days of training. */
function replaceFolder(folder: string, files: readonly NamedFile[]): void {
  const next = nextTo(folder);
  writeFolder(next, files);
  takePlace(next, folder);
}

function takePlace(next: string, folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    renameSync(next, folder);
    syncFolder(dirname(folder));
  } catch (error) {
    throw fromSystemError(error, 'publishing', folder);
  }
}
