import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../lib/config/index.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { openContext } from './context.js';
import { openRuns } from './open-runs.js';
import { type ReportFacts, reportFacts } from './render/facts.js';
import { refuseForeignFolder, writeReport } from './render/write-report.js';
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

/** What a report came to. */
export interface ReportOutcome {
  readonly directory: string;
  readonly sections: readonly Section[];
}

/**
 * Makes the report of finished runs and writes it as a whole.
 * @throws report_folder_foreign, disk_full, and what `makeSections` throws
 */
export async function makeReport(request: ReportRequest): Promise<ReportOutcome> {
  const { output, settings, signal, progress } = request;
  // Before minutes are spent on what could not be written.
  refuseForeignFolder(output);
  try {
    const { sections, facts } = await makeSections(request);
    progress.start('write', 0);
    await writeReport(output, sections, facts, settings, signal);
    progress.finish('write');
    return { directory: output, sections };
  } finally {
    progress.close();
  }
}

/**
 * Makes every section of the report of finished runs.
 * @throws not_a_run, run_unfinished, report_runs_overlap, report_score_unknown, report_luminosity_missing,
 * report_query_failed
 */
export async function makeSections(
  request: Omit<ReportRequest, 'output'>,
): Promise<{ readonly sections: readonly Section[]; readonly facts: ReportFacts }> {
  const { progress, signal } = request;
  const runs = openRuns(request.directories, request.shown);
  const temporary = mkdtempSync(join(tmpdir(), 'rmmstream-report-'));
  try {
    progress.start('open', 0);
    const context = await openContext(runs, { ...request, temporary });
    progress.finish('open');
    try {
      const sections: Section[] = [];
      for (const { name, make } of sectionMakers) {
        signal.throwIfAborted();
        progress.start(name, 0);
        const section = await make(context);
        progress.finish(name);
        if (section !== undefined) sections.push(section);
      }
      return { sections, facts: reportFacts(runs) };
    } finally {
      context.table.close();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
