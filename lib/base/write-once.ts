import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sweptAway, syncFolder } from './atomic-file.js';
import { fromSystemError } from './error.js';
import { makeFolder } from './make-folder.js';
import { temporaryPath } from './temporary-files.js';

/** What a file system answers that has no hard links. */
const noLinks: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Writes a file unless there is one of that name, in one step: nobody ever finds it half written, and of several
 * writers one alone succeeds. Durable. Makes the folder when missing.
 * @returns false where there is one already, which stays as it is
 * @throws disk_full, io_failed
 */
export function writeFileOnce(path: string, text: string): boolean {
  // Who owns the folder may sweep what others have begun there.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const outcome = tryOnce(path, text);
    if (outcome !== 'swept') return outcome === 'written';
  }
  throw sweptAway(path);
}

function tryOnce(path: string, text: string): 'written' | 'taken' | 'swept' {
  const own = temporaryPath(path);
  try {
    makeFolder(dirname(path));
  } catch (error) {
    throw fromSystemError(error, 'writing', path);
  }
  try {
    writeFileSync(own, text, { flag: 'wx', flush: true });
    place(own, path, text);
    syncFolder(dirname(path));
    return 'written';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return 'taken';
    if (code === 'ENOENT' && !existsSync(own) && existsSync(dirname(path))) return 'swept';
    throw fromSystemError(error, 'writing', path);
  } finally {
    rmSync(own, { force: true });
  }
}

function place(own: string, path: string, text: string): void {
  try {
    linkSync(own, path);
  } catch (error) {
    if (!noLinks.includes((error as NodeJS.ErrnoException).code)) throw error;
    writeFileSync(path, text, { flag: 'wx', flush: true });
  }
}
