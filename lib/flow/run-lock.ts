import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { RmmError } from '../base/error.js';
import { writeFileOnce } from '../base/write-once.js';

/** What tells a live owner of a lock from a process that merely got its number later. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command name, which may itself hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return start === '' || processStart(pid) === start;
}

/**
 * Takes the lock file at `path` or throws `run_locked`. A lock whose owner is gone (killed) is taken over.
 * @param busy what the owner does, for the message
 * @returns the function that gives it back
 */
export function takeRunLock(path: string, busy = `is running in ${dirname(dirname(path))}`): () => void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    // With its owner in it at once: nobody ever reads a lock that is still empty.
    if (writeFileOnce(path, `${process.pid} ${processStart(process.pid)}`))
      return () => rmSync(path, { force: true });
    const [pid, start] = readOwner(path);
    if (pid > 0 && isAlive(pid, start)) {
      throw new RmmError('run_locked', `process ${pid} ${busy}`, {
        context: { path, pid },
      });
    }
    removeStale(path);
  }
  throw new RmmError('run_locked', `the lock ${path} is taken again and again by another process`, {
    context: { path },
  });
}

/** Who holds the lock at `path`, and whether that process of this machine lives; undefined where nobody does. */
export function lockHolder(path: string): { readonly pid: number; readonly isAlive: boolean } | undefined {
  const [pid, start] = readOwner(path);
  return pid > 0 ? { pid, isAlive: isAlive(pid, start) } : undefined;
}

/** Takes a dead owner's lock away, but not the one that another process may have put there meanwhile. */
function removeStale(path: string): void {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    const [pid, start] = readOwner(aside);
    if (pid > 0 && isAlive(pid, start)) linkSync(aside, path);
  } catch {
    // Somebody else took it away or put a new one: the next attempt will see.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readOwner(path: string): [number, string] {
  try {
    const [pid = '', start = ''] = readFileSync(path, 'utf8').split(' ');
    return [Number(pid) || 0, start];
  } catch {
    return [0, ''];
  }
}
