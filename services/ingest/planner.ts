import { randomBytes } from 'node:crypto';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { createProgress } from '../../lib/telemetry/progress.js';
import { record, type ServiceContext } from '../kafka/context.js';
import type { RecordOf } from '../kafka/progress-records.js';
import { blocksOf } from '../kafka/run-state.js';
import { refuseOtherRun } from '../kafka/same-run.js';
import { type OpenedFile, openInputs } from '../pipeline/input-plan.js';
import { type Manifest, manifestOf } from '../pipeline/manifest.js';
import { type WeighedInputs, weighInputs } from '../pipeline/weigh-phase.js';
import { startWorkers } from '../pipeline/workers.js';

/** Records of one transaction: a plan of many files is written in parts. */
const recordsAtATime = 500;

/**
 * Plans a bounded run: opens and weighs every file, then puts the run, its files and their end on record. What
 * an earlier holder of the role has written is kept.
 */
export async function planBounded(context: ServiceContext, tenure: Tenure): Promise<void> {
  const { loaded, view, tools } = context;
  const { signal } = tenure;
  await view.catchUp(signal);
  if (signal.aborted || view.state.planned !== undefined) return;
  const { config, profile } = loaded;
  const opened = await openInputs(loaded.samples, {
    config,
    profile,
    verify: config.input.verify_inputs,
    signal,
    onFile: () => undefined,
  });
  const manifest = manifestOf(loaded, opened);
  await startRun(context, tenure, manifest);
  const files = fileRecords(await weigh(context, opened, signal), 0);
  const known = view.state.files.length;
  for (let from = known; from < files.length; from += recordsAtATime)
    await record(context, tenure, files.slice(from, from + recordsAtATime));
  const blocks = files.reduce((sum, { entries }) => sum + blocksOf(entries), 0);
  await record(context, tenure, [{ type: 'planned', files: files.length, blocks }]);
  await view.catchUp(signal);
  tools.log.info('planned', { files: files.length, blocks });
}

/** Puts the run on record, or sees that the one on record is this one; one that watches folders has no inputs. @throws run_changed */
export async function startRun(context: ServiceContext, tenure: Tenure, manifest: Manifest): Promise<void> {
  const { loaded, view } = context;
  const { mode } = loaded.config.input;
  if (view.state.run === undefined) {
    await record(context, tenure, [
      {
        type: 'run',
        topics: randomBytes(4).toString('hex'),
        program: manifest.program,
        mode,
        partitions: loaded.config.kafka.topics.partitions,
        window_offsets: loaded.config.kafka.sink_window_offsets,
        configuration_hash: manifest.configurationHash,
        configuration: manifest.configuration,
        inputs: [...manifest.inputs],
      },
    ]);
    await view.catchUp(tenure.signal);
  }
  const { run } = view.state;
  if (run !== undefined) refuseOtherRun(run, manifest, context.names.prefix);
}

/** The weight-only pass over files, in worker threads of this service. */
export async function weigh(
  { loaded, tools }: Pick<ServiceContext, 'loaded' | 'tools'>,
  opened: readonly OpenedFile[],
  signal: AbortSignal,
): Promise<WeighedInputs> {
  const { config, profile } = loaded;
  const nowMs = () => tools.clock.steadyMs();
  const pool = startWorkers({ config, profile, directory: '', modelFolder: '', threads: 1 });
  try {
    return await weighInputs(opened, pool, {
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: config.input.shared_channels,
      recordFolder: undefined,
      progress: createProgress({ style: 'none', write: () => undefined, nowMs }),
      signal,
      nowMs,
    });
  } finally {
    await pool.close();
  }
}

/** Files as the log names them, numbered from `first` on. */
export function fileRecords({ files, weights }: WeighedInputs, first: number): RecordOf<'file'>[] {
  return files.map((file, place) => {
    const found = weights.get(file.fingerprint);
    return {
      type: 'file',
      index: first + place,
      sample: file.sample,
      kind: file.kind as RecordOf<'file'>['kind'],
      name: file.name,
      fingerprint: file.fingerprint,
      bytes: file.metadata.size,
      entries: file.entries,
      data: file.data,
      median_weight: file.medianWeight,
      sums: [...file.sumOfWeights],
      ...(found === undefined
        ? {}
        : { weights: { ...found, productions: found.productions.map((production) => ({ ...production })) } }),
    };
  });
}
