import { join } from 'node:path';
import { systemClock } from '../../lib/base/clock.js';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import type { ComparedSamples } from '../agreement/compared-rows.js';
import { countFeatures } from '../agreement/feature-counts.js';
import type { VariableCounts } from '../agreement/variable-counts.js';
import { featurizerOf } from '../featurizer/config.js';
import { makeFeatureFiles } from '../pipeline/feature-files.js';
import type { OpenedFile } from '../pipeline/input-plan.js';
import type { ReportContext } from './context.js';
import type { FinishedRun } from './open-runs.js';
import { profileOf, reopenInput } from './reopened-input.js';

/** Columns of the report's table that score files hold under another name or the same. */
const inScores: readonly string[] = ['mll', 'met_et', 'met_phi'];

/** A file of which nothing is read for so long is given up. */
const stallTimeoutMs = 120_000;

/** Variables of leptons and jets that neither scores nor features of a run hold, or why they are not known. */
export type ObjectVariables =
  | { readonly variables: readonly VariableCounts[] }
  | { readonly notDefined: string };

/**
 * Counts the kinematic variables of the report's table (lepton pT, eta, isolation, d0 significance, jets, mT2, ...)
 * that the features of the runs lack: from their input files, read and selected again as the runs did.
 */
export async function countObjectVariables(
  context: ReportContext,
  samples: ComparedSamples,
): Promise<ObjectVariables> {
  const table = featurizerOf({ features: tableFeatures(context.first.config) }).layout;
  const lacking = lackingColumns(table, featurizerOf(context.first.config).layout);
  if (lacking.size === 0) return { variables: [] };
  const { runs, settings } = context;
  const events = runs.joined.reduce((sum, run) => sum + entriesOf(run, samples), 0);
  if (events > settings.object_events) {
    return {
      notDefined: `${events} events of the inputs would have to be read again, and report.object_events allows ${settings.object_events}`,
    };
  }
  try {
    const files: string[] = [];
    for (const [index, run] of runs.joined.entries()) {
      const made = await filesOf(run, samples, join(context.temporary, `objects-${index}`), context);
      if ('notDefined' in made) return made;
      files.push(...made.files);
    }
    const counted = await countFeatures({ files, layout: table, samples, signal: context.signal });
    return {
      variables: counted
        .filter(({ name }) => lacking.has(name))
        .map((variable) => ({ ...variable, kind: 'kinematic' })),
    };
  } catch (error) {
    // An input that changed or cannot be read any more is no fault of the report's.
    if (error instanceof RmmError && error.domain !== 'internal')
      return { notDefined: `an input cannot be read again: ${error.message}` };
    throw error;
  }
}

/** The settings of the report's table: the run's own but for what is written. */
function tableFeatures({ features }: Pick<Config, 'features'>): Config['features'] {
  return { ...features, type: 'report35' };
}

function lackingColumns(table: FeatureLayout, own: FeatureLayout): Set<string> {
  const there = new Set([...own.names, ...inScores]);
  return new Set(table.names.filter((name) => !there.has(name)));
}

function isCompared({ simulated, sources }: ComparedSamples): (sample: string) => boolean {
  const names = new Set([...simulated, ...sources.map(({ sample }) => sample)]);
  return (sample) => names.has(sample);
}

function entriesOf({ record }: FinishedRun, samples: ComparedSamples): number {
  const isWanted = isCompared(samples);
  return record.inputs
    .filter(({ sample }) => isWanted(sample))
    .reduce((sum, { entries }) => sum + entries, 0);
}

async function filesOf(
  run: FinishedRun,
  samples: ComparedSamples,
  directory: string,
  { inputFolder, threads, signal }: ReportContext,
): Promise<{ readonly files: readonly string[] } | { readonly notDefined: string }> {
  const config: Config = {
    ...run.config,
    features: tableFeatures(run.config),
    // run.json holds nothing that changes no result.
    engine: { ...run.config.engine, workers: threads, stall_timeout_ms: stallTimeoutMs },
  };
  const isWanted = isCompared(samples);
  const opened: OpenedFile[] = [];
  for (const input of run.record.inputs) {
    if (!isWanted(input.sample)) continue;
    const kind = run.record.samples[input.sample]!.kind as 'background' | 'data';
    const found = await reopenInput(run, input, kind, { config, inputFolder, signal });
    if ('notDefined' in found) return found;
    opened.push({ ...found, entries: input.entries });
  }
  const nowMs = () => systemClock.steadyMs();
  const progress = createProgress({ style: 'none', write: () => undefined, nowMs });
  const profile = profileOf(run.config);
  return { files: await makeFeatureFiles({ config, profile, opened, directory, progress, signal, nowMs }) };
}
