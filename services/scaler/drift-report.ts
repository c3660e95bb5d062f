import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { fromSystemError } from '../../lib/base/error.js';
import type { KindDrift } from './drift.js';

/** What drift.json says of a window. */
export interface WindowReport {
  /** Training rows of the window. */
  readonly rows: number;
  readonly kinds: readonly KindDrift[];
  /** The features that have moved most, by name. */
  readonly features: readonly { readonly name: string; readonly shift: number; readonly spread: number }[];
}

/** drift.json of the output directory. */
export interface DriftReport {
  /** Id of the scaler that windows are compared with. */
  readonly scaler: string;
  readonly limit: number;
  /** Offset of scaler-state at which the next window begins. */
  readonly next_offset: number;
  /** The newest ones, the oldest first. */
  readonly windows: readonly WindowReport[];
}

/** Where an output directory has its report. */
export function driftReportOf(directory: string): string {
  return join(directory, 'drift.json');
}

/** The report that is there; undefined where there is none, none of this scaler, or one that cannot be read. */
export function readDriftReport(path: string, scaler: string): DriftReport | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fromSystemError(error, 'reading', path);
  }
  try {
    const found = JSON.parse(text) as DriftReport;
    const fits =
      found.scaler === scaler && Number.isSafeInteger(found.next_offset) && Array.isArray(found.windows);
    return fits ? found : undefined;
  } catch {
    // It is made again from the moments, which are all still there.
    return undefined;
  }
}

/** @throws disk_full, io_failed */
export function writeDriftReport(path: string, report: DriftReport): void {
  writeFileAtomic(path, `${JSON.stringify(report, null, 1)}\n`);
}
