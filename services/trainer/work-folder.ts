import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromSystemError } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';
import { sweepTemporaryTree } from '../../lib/base/temporary-files.js';

/** Tells a folder that was taken from one that a former owner made again, under a path that is his no more. */
const mark = 'taken';

/**
 * Takes the trainer's work for the one that has the role now: what is there moves to a folder of a new name. A former
 * owner that was taken for dead and goes on has no path to it any more: it can neither write into the megasets and
 * checkpoints of its successor nor take them away, but meets io_failed and looks whether the role is still its own.
 * What else lies there was left by owners that are gone, and is removed.
 *
 * Should a former owner get as far as here, it takes the folder from the present one, who meets io_failed in its turn
 * and takes it back: that costs time and nothing else.
 * @returns the folder
 * @throws disk_full, io_failed
 */
export function takeWorkFolder(parent: string): string {
  const own = join(parent, randomBytes(6).toString('hex'));
  try {
    makeFolder(parent);
    if (!takeOver(parent, own)) begin(own);
    for (const name of readdirSync(parent)) {
      const path = join(parent, name);
      if (path !== own) rmSync(path, { recursive: true, force: true });
    }
  } catch (error) {
    throw fromSystemError(error, 'taking', parent);
  }
  sweepTemporaryTree(own);
  return own;
}

/** Removes the work when nothing more is to be trained, whoever left it. @throws io_failed */
export function removeWork(parent: string): void {
  try {
    rmSync(parent, { recursive: true, force: true });
  } catch (error) {
    throw fromSystemError(error, 'removing', parent);
  }
}

function takeOver(parent: string, own: string): boolean {
  for (const name of readdirSync(parent)) {
    if (!existsSync(join(parent, name, mark))) continue;
    renameSync(join(parent, name), own);
    return true;
  }
  return false;
}

function begin(own: string): void {
  makeFolder(own);
  writeFileSync(join(own, mark), '');
}
