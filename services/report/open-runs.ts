import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import { layoutOf, type RunLayout } from '../pipeline/layout.js';
import type { RunReport } from '../pipeline/report.js';

/** A finished run, as its directory tells. */
export interface FinishedRun {
  /** As it was given. */
  readonly shown: string;
  readonly layout: RunLayout;
  readonly record: RunReport;
  /** The configuration that run.json holds; what cannot change a result is not in it. */
  readonly config: Config;
  readonly scoreFiles: readonly string[];
}

/** Runs whose rows belong together, and runs that are only compared with them. */
export interface FinishedRuns {
  /** The first run and those with the same model. */
  readonly joined: readonly FinishedRun[];
  /** Runs with another model, or other settings. */
  readonly compared: readonly FinishedRun[];
}

/**
 * Opens the directories of finished runs. The first decides: runs with its model are one set of rows with it.
 * @throws not_a_run, run_unfinished, report_runs_overlap where an input file is in two of the joined runs
 */
export function openRuns(directories: readonly string[], shown: readonly string[]): FinishedRuns {
  const runs = directories.map((directory, index) => openRun(directory, shown[index]!));
  const [first] = runs;
  const joined = runs.filter(({ record }) => record.model === first!.record.model);
  refuseOverlap(joined);
  return { joined, compared: runs.filter((run) => !joined.includes(run)) };
}

function openRun(directory: string, shown: string): FinishedRun {
  const layout = layoutOf(directory);
  if (!existsSync(layout.runJson)) {
    const isBegun = existsSync(layout.work);
    throw new RmmError(
      isBegun ? 'run_unfinished' : 'not_a_run',
      isBegun
        ? `${shown} has no run.json: its run has not finished; run it to its end first`
        : `${shown} is no output directory of \`rmmstream run\`: expected a run.json there`,
      { context: { path: shown } },
    );
  }
  let record: RunReport;
  try {
    record = JSON.parse(readFileSync(layout.runJson, 'utf8')) as RunReport;
  } catch (cause) {
    throw new RmmError('not_a_run', `${join(shown, 'run.json')} is no JSON; run it again with --fresh`, {
      context: { path: shown },
      cause,
    });
  }
  if (record.configuration === undefined) {
    throw new RmmError(
      'not_a_run',
      `${shown} holds scores of \`rmmstream score\`, which say neither kinds nor luminosity of their samples: expected an output directory of \`rmmstream run\`; add the samples to its configuration and run it with --extend`,
      { context: { path: shown } },
    );
  }
  const scoreFiles = existsSync(layout.scores)
    ? readdirSync(layout.scores)
        .filter((name) => name.endsWith('.parquet') && !name.startsWith('.'))
        .sort()
        .map((name) => join(layout.scores, name))
        .filter((path) => statSync(path).size > 0)
    : [];
  if (scoreFiles.length === 0) {
    throw new RmmError(
      'not_a_run',
      `${join(shown, 'scores')} holds no score file; run it again with --fresh`,
      {
        context: { path: shown },
      },
    );
  }
  return {
    shown,
    layout,
    record,
    config: record.configuration as unknown as Config,
    scoreFiles,
  };
}

function refuseOverlap(runs: readonly FinishedRun[]): void {
  const seen = new Map<string, string>();
  for (const { shown, record } of runs) {
    for (const { file, fingerprint } of record.inputs) {
      const other = seen.get(fingerprint);
      if (other !== undefined) {
        throw new RmmError(
          'report_runs_overlap',
          `${file} was read by ${other} and by ${shown}: its events would count twice; give one of the two`,
          { context: { path: shown, other, file } },
        );
      }
      seen.set(fingerprint, shown);
    }
  }
}
