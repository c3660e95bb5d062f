import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../lib/config/index.js';
import { openContext, type ReportContext } from '../../services/report/context.js';
import { openRuns } from '../../services/report/open-runs.js';
import { findRegions } from '../../services/report/regions.js';
import type { ReportSample } from '../../services/report/samples.js';
import { ScoreTable } from '../../services/report/score-table.js';

/** Gives the context of a report over finished runs to `use`, and closes it. */
export async function withReport<Result>(
  directories: readonly string[],
  use: (context: ReportContext) => Promise<Result>,
  settings: Partial<Config['report']> = {},
  inputFolder?: string,
): Promise<Result> {
  const runs = openRuns(directories, directories);
  const temporary = mkdtempSync(join(tmpdir(), 'rmmstream-report-'));
  try {
    const context = await openContext(runs, {
      settings: { ...usualSettings(), ...settings },
      inputFolder,
      temporary,
      threads: 2,
      signal: new AbortController().signal,
    });
    try {
      return await use(context);
    } finally {
      context.table.close();
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The report's settings where no configuration says otherwise. */
function usualSettings(): Config['report'] {
  return loadConfig({ environment: {}, currentDirectory: tmpdir(), needs: 'none' }).config.report;
}

export interface ContextParts {
  /** Parquet files with the columns that sections read. */
  readonly files: readonly string[];
  readonly samples: readonly ReportSample[];
  readonly score?: string;
  readonly scores?: readonly string[];
  readonly settings?: Partial<ReportContext['settings']>;
  readonly dataScale?: number;
}

/** What sections are made from, for score files without a run around them. Close its table. */
export async function reportContext(parts: ContextParts): Promise<ReportContext> {
  const { files, samples, score = 'error', scores = ['error', 'knn'], dataScale } = parts;
  const settings = {
    score,
    median_steps: [1, 2, 3],
    background_efficiencies: [0.1, 0.01],
    background_uncertainty: 0.2,
    min_background_rows: 1,
    seed: 1,
    ...parts.settings,
  } as ReportContext['settings'];
  const table = await ScoreTable.open({
    files,
    leftOut: samples.filter(({ leftOut }) => leftOut !== undefined).map(({ name }) => name),
    testScale: 1 / (1 - 0.8),
    memoryMb: 512,
    threads: 1,
    temporary: tmpdir(),
  });
  const first = {
    shown: 'run',
    config: {
      luminosity_fb: 10,
      scores: scores.map((type) => ({ type })),
      evaluation: { background_efficiencies: [0.1, 0.01] },
    },
    record: { model: 'one' },
  } as unknown as ReportContext['first'];
  return {
    runs: { joined: [first], compared: [] },
    first,
    settings,
    samples,
    table,
    score,
    scores,
    regions: await findRegions(table, score, settings),
    dataScale,
    inputFolder: undefined,
    temporary: tmpdir(),
    threads: 1,
    signal: new AbortController().signal,
  };
}
