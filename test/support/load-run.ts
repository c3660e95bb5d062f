import type { LoadedConfig } from '../../lib/config/index.js';
import { madeTimes, planLoad } from '../../services/amplify/load/load-plan.js';
import { loadRecord } from '../../services/amplify/load/load-record.js';
import { fileRecords } from '../../services/ingest/planner.js';
import { type PlannedFile, RunState } from '../../services/kafka/run-state.js';
import { type OpenedFile, openInputs } from '../../services/pipeline/input-plan.js';
import { weighedFiles } from './inputs.js';

/** The files whose events a load copies. */
export function parentsOf({ config, profile, samples }: LoadedConfig): Promise<OpenedFile[]> {
  const { signal } = new AbortController();
  return openInputs(samples, { config, profile, verify: false, signal, onFile: () => undefined });
}

/** The files of copies that a load of so many events plans. */
export async function plannedCopies(
  loaded: LoadedConfig,
  events: number,
  seed: number,
): Promise<readonly PlannedFile[]> {
  const parents = fileRecords({ files: await weighedFiles(loaded), weights: new Map() }, 0);
  const entries = parents.map((parent) => parent.entries);
  const total = entries.reduce((sum, count) => sum + count, 0);
  const state = new RunState();
  for (const copied of planLoad(entries, events)) {
    const times = madeTimes(copied, total, events);
    const index = state.files.length;
    state.apply(loadRecord(parents[copied.parent]!, copied, { seed, index, times }), 0, 0);
  }
  return state.files;
}
