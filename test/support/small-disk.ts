import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real disk of a few megabytes that a test fills. */
export interface SmallDisk {
  /** Its root; every process of this user can use it. */
  readonly path: string;
  /** Fills it but for `leave` bytes. */
  leave(bytes: number): void;
  /** Fills it to the last page, and again every few milliseconds with what others give back. */
  fill(): void;
  /** Gives the room back. */
  empty(): void;
  /** Takes the disk away with all that is on it. */
  close(): Promise<void>;
}

interface Mounted {
  readonly path: string;
  unmount(): Promise<void>;
}

/** Mounts $1 with $2 bytes, says so, and ends with its standard input: with the test, whatever the test's end. */
const mountAndHold = 'mount -t tmpfs -o size="$2" tmpfs "$1" && echo ready && exec cat';

/**
 * In a mount namespace of a process that holds it, which needs no rights where user namespaces are allowed. Everyone
 * else reaches it through that process's root.
 */
async function mountInNamespace(at: string, bytes: number): Promise<Mounted> {
  const args = ['--map-root-user', '--mount', 'sh', '-c', mountAndHold, 'sh', at, String(bytes)];
  const holder = spawn('unshare', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => holder.once('close', () => resolve()));
  await saidReady(holder);
  return {
    path: join('/proc', String(holder.pid), 'root', at),
    async unmount() {
      holder.stdin!.end();
      await ended;
    },
  };
}

/** @throws what the process said where it ended instead */
async function saidReady(holder: ChildProcess): Promise<void> {
  let said = '';
  holder.stderr!.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const ended = new Promise<never>((_, reject) => {
    holder.once('error', (error) => reject(error));
    holder.once('close', () => reject(new Error(said.trim())));
  });
  ended.catch(() => {});
  await Promise.race([once(holder.stdout!, 'data'), ended]);
}

/** The way of root where namespaces are shut. */
async function mountAsRoot(at: string, bytes: number): Promise<Mounted> {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', at], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(mounted.stderr?.trim() || String(mounted.error));
  return {
    path: at,
    async unmount() {
      // Lazy, so that a process which still has a file open there cannot keep it.
      spawnSync('umount', ['--lazy', at]);
    },
  };
}

async function mount(at: string, bytes: number): Promise<Mounted> {
  mkdirSync(at, { recursive: true });
  try {
    return await mountInNamespace(at, bytes);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    return await mountAsRoot(at, bytes);
  }
}

async function whyNot(): Promise<string | false> {
  const at = join(tmpdir(), `rmmstream-disk-${process.pid}`);
  try {
    const { unmount, path } = await mount(at, 1 << 20);
    const isThere = statfsSync(path).blocks * statfsSync(path).bsize === 1 << 20;
    await unmount();
    return isThere ? false : `${path} is not the disk that was mounted there`;
  } catch (error) {
    return `no small disk can be mounted: ${(error as Error).message}`;
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

/** Why no small disk can be made on this machine, for the skip option of a test; false where one can. */
export const smallDiskSkip: string | false = await whyNot();

const fillerName = 'filler';
const page = Buffer.alloc(4096, 1);
const many = Buffer.alloc(1 << 20, 1);
const againMs = 20;

/** A new disk of `bytes`, mounted below `folder`. */
export async function makeSmallDisk(folder: string, bytes: number): Promise<SmallDisk> {
  const { path, unmount } = await mount(join(folder, 'disk'), bytes);
  const filler = join(path, fillerName);
  let filling: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(filling);
  return {
    path,
    leave(left) {
      const { bavail, bsize } = statfsSync(path);
      const blocks = Math.max(0, Math.floor((bavail * bsize - left) / many.length));
      append(filler, (write) => {
        for (let block = 0; block < blocks; block += 1) write(many);
      });
    },
    fill() {
      stop();
      takeAll(filler);
      // A writer that gives up deletes what it wrote, and would find that room the next time.
      filling = setInterval(() => takeAll(filler), againMs).unref();
    },
    empty() {
      stop();
      rmSync(filler, { force: true });
    },
    async close() {
      stop();
      if (existsSync(filler)) rmSync(filler);
      await unmount();
    },
  };
}

function takeAll(filler: string): void {
  append(filler, (write) => {
    for (const bytes of [many, page]) {
      try {
        for (;;) write(bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  });
}

function append(filler: string, fill: (write: (bytes: Buffer) => void) => void): void {
  const descriptor = openSync(filler, 'a');
  try {
    fill((bytes) => writeSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}
