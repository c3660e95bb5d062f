import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Runs `body` while no other process of this machine runs one under the same lock file. */
export async function withLock<Result>(path: string, body: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    // An owner that was killed leaves its file behind.
    if (owner > 0 && !(await isAlive(owner))) await rm(path, { force: true });
    else await pause(100);
  }
  try {
    return await body();
  } finally {
    await rm(path, { force: true });
  }
}
