import { type RunAddress, RunAddresses } from '../pipeline/run-addresses.js';
import type { ServiceProcess } from './supervisor.js';

/** Keeps where the services of a run on this machine answer: each has found a free port of its own, and logs it. */
export class LocalAddresses {
  readonly #addresses: RunAddresses;

  constructor(directory: string) {
    this.#addresses = new RunAddresses(directory);
  }

  /** A line that a service has logged. */
  line({ service, copy }: ServiceProcess, line: string): void {
    const found = startOf(line);
    if (found !== undefined) this.#addresses.add(`${service} ${copy}`, found);
  }

  remove(): void {
    this.#addresses.remove();
  }
}

function startOf(line: string): RunAddress | undefined {
  if (!line.includes('"starting"')) return undefined;
  try {
    const { event, host, port } = JSON.parse(line) as Record<string, unknown>;
    if (event === 'starting' && typeof host === 'string' && typeof port === 'number') return { host, port };
  } catch {
    // No line of the log.
  }
  return undefined;
}
