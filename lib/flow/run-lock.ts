import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromSystemError, RmmError } from '../base/error.js';
import { makeFolder } from '../base/make-folder.js';

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
 * @returns the function that gives it back
 */
export function takeRunLock(path: string): () => void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      makeFolder(dirname(path));
      const descriptor = openSync(path, 'wx');
      writeSync(descriptor, `${process.pid} ${processStart(process.pid)}`);
      closeSync(descriptor);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
        throw fromSystemError(error, 'making the lock', path);
    }
    const [pid, start] = readOwner(path);
    if (pid > 0 && isAlive(pid, start)) {
      throw new RmmError('run_locked', `process ${pid} is running in ${dirname(dirname(path))}`, {
        context: { path, pid },
      });
    }
    rmSync(path, { force: true });
  }
  throw new RmmError('run_locked', `the lock ${path} is taken again and again by another process`, {
    context: { path },
  });
}

function readOwner(path: string): [number, string] {
  try {
    const [pid = '', start = ''] = readFileSync(path, 'utf8').split(' ');
    return [Number(pid) || 0, start];
  } catch {
    return [0, ''];
  }
}
