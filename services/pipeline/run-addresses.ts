import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { lockHolder } from '../../lib/flow/run-lock.js';
import { layoutOf } from './layout.js';

/** Where a process of a run answers for its health and with its metrics. */
export interface RunAddress {
  readonly host: string;
  readonly port: number;
}

/** Its name begins like that of the lock, so that it does not make the directory somebody else's. */
function pathOf(directory: string): string {
  return `${layoutOf(directory).lock}-addresses.json`;
}

interface Kept {
  /** The process that wrote it, which holds the lock of the directory. */
  readonly pid: number;
  readonly addresses: readonly RunAddress[];
}

/**
 * Keeps in the output directory, for as long as a run lasts, where it can be asked: ports may have been found free. Used
 * while the process holds the lock of the directory. What cannot be written is left out: it is a help and nothing more.
 */
export class RunAddresses {
  readonly #path: string;
  readonly #known = new Map<string, RunAddress>();

  constructor(directory: string) {
    this.#path = pathOf(directory);
  }

  /** @param who whose earlier address this one replaces */
  add(who: string, { host, port }: RunAddress): void {
    this.#known.set(who, { host, port });
    const kept: Kept = { pid: process.pid, addresses: [...this.#known.values()] };
    try {
      writeFileAtomic(this.#path, JSON.stringify(kept));
    } catch {
      // A full disk; the run says so where it matters.
    }
  }

  /** The next run may have begun meanwhile: its record stays. */
  remove(): void {
    if (keptAt(this.#path)?.pid === process.pid) rmSync(this.#path, { force: true });
  }
}

/**
 * Where a run that works in this directory, on this machine, can be asked now. What a killed one left counts for nothing.
 * The directory may be somebody else's: an address that is none of this machine's own is left out.
 */
export function runAddresses(directory: string): readonly RunAddress[] {
  const kept = keptAt(pathOf(directory));
  const holder = lockHolder(layoutOf(directory).lock);
  const isNow = kept !== undefined && holder?.isAlive === true && holder.pid === kept.pid;
  return isNow ? kept.addresses.filter(({ host }) => isOwn(host)) : [];
}

/** Whether an address, never a name, is one at which a process of this machine can listen. */
function isOwn(host: string): boolean {
  if (isIP(host) === 0) return false;
  if (host === '::' || host === '::1' || host === '0.0.0.0' || /^127\./.test(host)) return true;
  return Object.values(networkInterfaces()).some((of) => of?.some(({ address }) => address === host));
}

/** undefined where there is none, or none of ours. */
function keptAt(path: string): Kept | undefined {
  try {
    const found = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Kept>) : undefined;
    const { pid, addresses } = found ?? {};
    if (typeof pid !== 'number' || !Array.isArray(addresses)) return undefined;
    return { pid, addresses: addresses.filter(isAddress) };
  } catch {
    // Just removed, or written over by a stranger.
    return undefined;
  }
}

function isAddress(found: unknown): found is RunAddress {
  const { host, port } = (found ?? {}) as Partial<RunAddress>;
  return typeof host === 'string' && Number.isInteger(port) && port! > 0 && port! <= 65_535;
}
