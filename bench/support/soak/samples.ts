import { readdirSync, readFileSync } from 'node:fs';
import type { Series } from './flatness.js';

const mebibyte = 1024 * 1024;

/** What is looked at, with the growth that is none: a few memory pages of a heap, a connection that is made anew. */
export const quantities = {
  resident: 16 * mebibyte,
  /** Resident memory when a run has just ended: what it leaves behind. */
  resident_between_runs: 16 * mebibyte,
  heap_used: 16 * mebibyte,
  external: 16 * mebibyte,
  descriptors: 3,
  loop_delay_p99: 0.05,
} as const;
export type Quantity = keyof typeof quantities;

/** Samples of all processes, as series. */
export class Samples {
  readonly #series = new Map<string, Series>();

  add(process: string, seconds: number, values: Readonly<Partial<Record<Quantity, number>>>): void {
    for (const [quantity, value] of Object.entries(values)) {
      const key = `${process} ${quantity}`;
      const slack = quantities[quantity as Quantity];
      const series = this.#series.get(key) ?? { process, quantity, slack, seconds: [], values: [] };
      series.seconds.push(seconds);
      series.values.push(value);
      this.#series.set(key, series);
    }
  }

  get all(): readonly Series[] {
    return [...this.#series.values()];
  }
}

/** Resident bytes and open descriptors of a process, from Linux' /proc; undefined once it has ended. */
export function lookAtProcess(pid: number | 'self'): { resident: number; descriptors: number } | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kilobytes === undefined) return undefined;
    return { resident: Number(kilobytes) * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}
