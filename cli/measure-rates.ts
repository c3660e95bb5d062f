import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { type MeasuredPlan, measuredPlan } from '../services/plan/measure/measured-plan.js';
import { type Cli, commandProgress } from './cli.js';
import { type ConfigOptions, loadForCommand } from './config-options.js';

/** How long the stages work, at least; the shipped sample is gone through several times in it. */
const leastSeconds = 3;
/** Entries of each sample, where nothing else is asked for: some seconds for each stage. */
const usualEntries = '20000';

/**
 * Measures the stages on the files of a configuration, in a temporary folder.
 * @param file the configuration; true is the shipped sample
 */
export async function measureRates(
  cli: Cli,
  file: string | true,
  options: ConfigOptions,
): Promise<MeasuredPlan> {
  const path = file === true ? join(packageRoot, 'samples', 'config.yaml') : file;
  const loaded = loadForCommand(cli, path, { maxEvents: usualEntries, ...options }, 'background');
  const { measure } = await import('../services/plan/measure/measure.js');
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-plan-'));
  const progress = commandProgress(cli);
  try {
    const measured = await measure({
      loaded,
      folder,
      progress,
      signal: cli.signal,
      nowMs: () => cli.nowMs(),
      processorSeconds,
      seconds: leastSeconds,
    });
    return measuredPlan(measured, loaded.config, file === true ? 'the shipped sample' : file);
  } finally {
    progress.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
