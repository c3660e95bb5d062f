import type { CodeSpec } from './code-spec.js';

/** Error codes of the report and of studies. */
export const reportCodes = {
  run_unfinished: {
    domain: 'user',
    exit: 2,
    summary: 'A directory that was given holds a run that has not finished.',
    cure: 'Run the same command again: it goes on where it stopped.',
  },
  report_runs_overlap: {
    domain: 'user',
    exit: 2,
    summary: 'Two of the runs that a report was asked of have read the same file.',
    cure: 'Give only one of them: every event counts once.',
  },
  report_score_unknown: {
    domain: 'user',
    exit: 2,
    summary: 'The score that the report should use is no column of the score files.',
    cure: 'Set report.score to one that the message lists, or add it to scores and run again.',
  },
  report_luminosity_missing: {
    domain: 'user',
    exit: 2,
    summary: 'A data sample has no luminosity, so that simulation cannot be scaled to it.',
    cure: 'Set luminosity_fb at the sample that the message names, and run with --extend.',
  },
  study_no_yield: {
    domain: 'data',
    exit: 1,
    summary: 'A signal without events after the selection cannot be injected into the training data.',
    cure: 'Leave it out with study.injected_signals, or look at its cut flow.',
  },
  study_signal_unknown: {
    domain: 'user',
    exit: 2,
    summary: 'A study was asked to inject a sample that is no signal of the configuration.',
    cure: 'Name signal samples in study.injected_signals, as the message lists them, or leave it empty for all.',
  },
  study_unreadable: {
    domain: 'data',
    exit: 1,
    summary: 'The study.json beside a run cannot be read.',
    cure: 'Make it again with rmmstream study.',
  },
  report_folder_foreign: {
    domain: 'user',
    exit: 2,
    summary: 'The folder where a report should be written holds something else, which would be replaced.',
    cure: 'Give a new or empty folder with --output.',
  },
  report_query_failed: {
    domain: 'external',
    exit: 1,
    summary: 'DuckDB could not read or aggregate the score files.',
    cure: 'Look at the reason: a damaged file (run again with --fresh), memory (report.memory_mb) or disk.',
  },
} as const satisfies Record<string, CodeSpec>;
