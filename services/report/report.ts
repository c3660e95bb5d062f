import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config/index.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { openContext } from './context.js';
import { openRuns } from './open-runs.js';
import type { Section } from './section.js';
import { sectionMakers } from './sections/index.js';

export interface ReportRequest {
  /** Absolute directories of finished runs, the first of which decides. */
  readonly directories: readonly string[];
  /** The same as they were given, for messages. */
  readonly shown: readonly string[];
  readonly settings: Config['report'];
  /** Folder against which names of input files are resolved. */
  readonly inputFolder: string | undefined;
  /** Absolute folder of the report. */
  readonly output: string;
  readonly threads: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Makes every section of the report of finished runs.
 * @throws not_a_run, run_unfinished, report_runs_overlap, report_score_unknown, report_luminosity_missing,
 * report_query_failed
 */
export async function makeSections(request: ReportRequest): Promise<Section[]> {
  const runs = openRuns(request.directories, request.shown);
  const temporary = mkdtempSync(join(tmpdir(), 'rmmstream-report-'));
  try {
    const context = await openContext(runs, { ...request, temporary });
    try {
      const sections: Section[] = [];
      for (const make of sectionMakers) {
        request.signal.throwIfAborted();
        const section = await make(context);
        if (section !== undefined) sections.push(section);
      }
      return sections;
    } finally {
      context.table.close();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
