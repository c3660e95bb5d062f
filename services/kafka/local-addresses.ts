import { existsSync, readFileSync, rmSync } from 'node:fs';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { layoutOf } from '../pipeline/layout.js';
import type { ServiceProcess } from './supervisor.js';

/** Where a service of a run on this machine answers for its health. */
export interface LocalAddress {
  readonly service: string;
  readonly copy: number;
  readonly host: string;
  readonly port: number;
}

/** Its name begins like that of a lock, so that it does not make the directory somebody else's. */
function pathOf(directory: string): string {
  return `${layoutOf(directory).lock}-addresses.json`;
}

/**
 * Keeps on disk, for as long as a run on this machine lasts, where its services answer: each has found a free port of
 * its own. What cannot be written is left out: it is a help and nothing more.
 */
export class LocalAddresses {
  readonly #path: string;
  readonly #known = new Map<string, LocalAddress>();

  constructor(directory: string) {
    this.#path = pathOf(directory);
  }

  /** A line that a service has logged. */
  line({ service, copy }: ServiceProcess, line: string): void {
    const found = startOf(line);
    if (found === undefined) return;
    this.#known.set(`${service} ${copy}`, { service, copy, ...found });
    try {
      writeFileAtomic(this.#path, JSON.stringify([...this.#known.values()]));
    } catch {
      // A full disk; the run says so where it matters.
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true });
  }
}

function startOf(line: string): Pick<LocalAddress, 'host' | 'port'> | undefined {
  if (!line.includes('"starting"')) return undefined;
  try {
    const { event, host, port } = JSON.parse(line) as Record<string, unknown>;
    if (event === 'starting' && typeof host === 'string' && typeof port === 'number') return { host, port };
  } catch {
    // No line of the log.
  }
  return undefined;
}

/** Where the services of a run on this machine answer now; none where no such run lasts. */
export function localAddresses(directory: string): readonly LocalAddress[] {
  const path = pathOf(directory);
  try {
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LocalAddress[]) : [];
  } catch {
    // Just removed.
    return [];
  }
}
