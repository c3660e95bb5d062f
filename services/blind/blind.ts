import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config/index.js';
import { isDefined } from '../../lib/statistics/measured.js';
import { openContext } from '../report/context.js';
import { openRuns } from '../report/open-runs.js';
import { type Seal, writeSeal } from './seal.js';

export interface SealRequest {
  /** Absolute directory of the finished run whose search is frozen. */
  readonly directory: string;
  readonly shown: string;
  readonly name: string;
  readonly files: readonly { readonly sample: string; readonly name: string; readonly path: string }[];
  /** Which score and regions are frozen. */
  readonly settings: Config['report'];
  readonly signal: AbortSignal;
}

/**
 * Seals files with the search of a finished run: model, configuration, and the thresholds of its signal regions.
 * @throws blind_sealed_before, blind_file_missing, and what opening a run for a report throws
 */
export async function sealFiles(request: SealRequest): Promise<Seal> {
  const runs = openRuns([request.directory], [request.shown]);
  const temporary = mkdtempSync(join(tmpdir(), 'rmmstream-seal-'));
  try {
    const context = await openContext(runs, { ...request, inputFolder: undefined, temporary, threads: 1 });
    context.table.close();
    const regions = context.regions.all.flatMap(({ id, threshold }) =>
      isDefined(threshold) ? [{ id, threshold: threshold.value }] : [],
    );
    return await writeSeal(context.first, request.name, request.files, { score: context.score, regions });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
