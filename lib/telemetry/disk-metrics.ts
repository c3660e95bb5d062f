import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Metrics } from './metrics.js';

/** Room of a disk, in bytes. */
export interface DiskRoom {
  /** For this user. */
  readonly free: number;
  readonly size: number;
}

/**
 * Shows how much room the disk of `folder` has. It is looked at now and beside every scrape; nobody waits for it, so a
 * scrape shows what the look before found: a file system that hangs holds up nothing. Where nothing can be found there
 * are no figures.
 * @param folder need not be there yet
 */
export function measureDisk(
  metrics: Metrics,
  folder: string,
  room: (folder: string) => Promise<DiskRoom> = roomOf,
): void {
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const { free, size } = await room(folder);
      metrics.set('diskFree', {}, free);
      metrics.set('diskSize', {}, size);
    } catch {
      metrics.forget('diskFree', {});
      metrics.forget('diskSize', {});
    } finally {
      isLooking = false;
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
