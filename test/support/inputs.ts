import { type LoadedConfig, loadConfig } from '../../lib/config/index.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import type { FileContext } from '../../services/pipeline/file-context.js';
import { openInputs } from '../../services/pipeline/input-plan.js';
import type { Surroundings } from '../../services/pipeline/request.js';
import { weighInputs } from '../../services/pipeline/weigh-phase.js';
import { startWorkers } from '../../services/pipeline/workers.js';

/** Nothing is shown, nothing interrupts, no time passes. */
export function quietSurroundings(): Surroundings {
  return {
    progress: createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 }),
    signal: new AbortController().signal,
    nowMs: () => 0,
  };
}

/** The configuration of a file as a run loads it. */
export function loadForTest(file: string, folder: string): LoadedConfig {
  return loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'background' });
}

/** The files of a run, weighed, in the order of the plan. */
export async function weighedFiles(loaded: LoadedConfig): Promise<readonly FileContext[]> {
  const { config, profile } = loaded;
  const around = quietSurroundings();
  const opened = await openInputs(loaded.samples, {
    config,
    profile,
    verify: false,
    signal: around.signal,
    onFile: () => undefined,
  });
  const pool = startWorkers({ config, profile, directory: '', modelFolder: '', threads: 1 });
  try {
    const { files } = await weighInputs(opened, pool, {
      ...around,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: config.input.shared_channels,
      recordFolder: undefined,
    });
    return files;
  } finally {
    await pool.close();
  }
}
