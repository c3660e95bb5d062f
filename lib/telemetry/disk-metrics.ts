import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.js';
import type { Metrics } from './metrics.js';

/** Room of a disk, in bytes. */
export interface DiskRoom {
  /** For this user. */
  readonly free: number;
  readonly size: number;
}

/** A file system that has not answered for so long hangs. */
const hangMs = 30_000;

/**
 * Shows how much room the disk of `folder` has. It is looked at now and beside every scrape; nobody waits for it, so a
 * scrape shows what the look before found: a file system that hangs holds up nothing. Where nothing can be found, or
 * the file system hangs, there are no figures: the last ones would stand for ever.
 * @param folder need not be there yet
 */
export function measureDisk(
  metrics: Metrics,
  folder: string,
  clock: Pick<Clock, 'steadyMs'>,
  room: (folder: string) => Promise<DiskRoom> = roomOf,
): void {
  /** Since when a look is under way. */
  let sinceMs: number | undefined;
  const forget = () => {
    metrics.forget('diskFree', {});
    metrics.forget('diskSize', {});
  };
  const look = async () => {
    if (sinceMs !== undefined) {
      if (clock.steadyMs() - sinceMs >= hangMs) forget();
      return;
    }
    sinceMs = clock.steadyMs();
    try {
      const { free, size } = await room(folder);
      metrics.set('diskFree', {}, free);
      metrics.set('diskSize', {}, size);
    } catch {
      forget();
    } finally {
      sinceMs = undefined;
    }
  };
  metrics.onScrape(() => void look());
  void look();
}

/** Of the nearest folder above that is there. */
async function roomOf(folder: string): Promise<DiskRoom> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { free: bavail * bsize, size: blocks * bsize };
  } catch (error) {
    const above = dirname(folder);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === folder) throw error;
    return roomOf(above);
  }
}
