import { rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makeFolder } from '../../lib/base/make-folder.js';
import { sweepTemporariesOf, temporaryPath } from '../../lib/base/temporary-files.js';
import type { Config } from '../../lib/config/index.js';
import { takeRunLock } from '../../lib/flow/run-lock.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { prepareFolder } from '../pipeline/output-path.js';
import { openContext, type SectionMaker } from './context.js';
import { type FinishedRuns, openRuns } from './open-runs.js';
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
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface Report {
  readonly facts: ReportFacts;
  readonly sections: readonly Section[];
}

/**
 * Makes the report of finished runs and writes it into a folder, in the place of the one that may be there.
 * @throws not_a_run, run_unfinished, report_runs_overlap, report_score_unknown, report_luminosity_missing,
 * report_query_failed, report_folder_foreign, run_locked, output_unwritable, disk_full, io_failed
 */
export async function makeReport(
  request: ReportRequest,
  makers: readonly SectionMaker[] = sectionMakers,
): Promise<Report> {
  const { output, settings, progress, signal } = request;
  const runs = openRuns(request.directories, request.shown);
  refuseForeignFolder(output);
  prepareFolder(dirname(output));
  const lock = join(dirname(output), `.${basename(output)}.lock`);
  const release = takeRunLock(lock, `makes the report in ${output}`);
  try {
    // What killed ones have left, which nobody can write any more.
    sweepTemporariesOf(output);
    const sections = await makeSections(runs, request, makers);
    const facts = reportFacts(runs);
    progress.start('writing', 0);
    await writeReport(output, sections, facts, settings, signal);
    progress.finish('writing');
    return { facts, sections };
  } finally {
    release();
    progress.close();
  }
}

async function makeSections(
  runs: FinishedRuns,
  request: ReportRequest,
  makers: readonly SectionMaker[],
): Promise<Section[]> {
  const { progress, signal, settings } = request;
  // Beside the report, since nothing is written anywhere else.
  const temporary = temporaryPath(request.output);
  makeFolder(temporary);
  try {
    progress.start('scores', 0);
    const context = await openContext(runs, { ...request, temporary, threads: settings.threads });
    progress.finish('scores');
    try {
      const sections: Section[] = [];
      for (const make of makers) {
        signal.throwIfAborted();
        const stage = stageName(make);
        progress.start(stage, 0);
        const section = await make(context);
        progress.finish(stage, 'done', section === undefined ? 'nothing to say' : '');
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

/** needsStrengthSection -> "needs strength". */
export function stageName(maker: SectionMaker): string {
  const words = maker.name
    .replace(/Section$/, '')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words === '' ? 'section' : words;
}
