import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it. Node's own `recursive` never returns for a path below a file system
 * that takes no folders, such as /proc: it tries the parent and the child in turn, for ever.
 * @throws the system error of the first folder that cannot be made; EEXIST where a file is in its place
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at) && at !== dirname(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) makeOne(folder);
  if (missing.length === 0) makeOne(resolve(path));
}

function makeOne(folder: string): void {
  // Asked first, since an existing folder on a read-only disk is no error. Another thread may be faster.
  if (isFolder(folder)) return;
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
