import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../lib/config/index.js';
import { openContext, type ReportContext } from '../../services/report/context.js';
import { openRuns } from '../../services/report/open-runs.js';

/** Gives the context of a report over finished runs to `use`, and closes it. */
export async function withReport<Result>(
  directories: readonly string[],
  use: (context: ReportContext) => Promise<Result>,
  settings: Partial<Config['report']> = {},
): Promise<Result> {
  const runs = openRuns(directories, directories);
  const temporary = mkdtempSync(join(tmpdir(), 'rmmstream-report-'));
  try {
    const context = await openContext(runs, {
      settings: { ...usualSettings(), ...settings },
      inputFolder: undefined,
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
