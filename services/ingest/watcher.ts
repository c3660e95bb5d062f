import { statSync } from 'node:fs';
import { RmmError } from '../../lib/base/error.js';
import { type InputFile, type ResolvedSample, resolveInputs } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { record, type ServiceContext } from '../kafka/context.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { openInput } from '../pipeline/input-plan.js';
import { manifestOf } from '../pipeline/manifest.js';
import { normalised } from '../pipeline/weigh-phase.js';
import { fileRecords, startRun, weigh } from './planner.js';
import { Settling } from './settling.js';
import { channelSums, type FileWeights, type SampleWeights } from './weigh.js';

/**
 * Plans a run without end: looks at the input patterns again and again and takes every new file that is closed and
 * stands still; a file that was taken before, under whatever name, is not taken again (its fingerprint tells).
 * The weights of a file are normalised with the productions that are known when it is taken.
 */
export async function planContinuously(context: ServiceContext, tenure: Tenure): Promise<void> {
  const { loaded, view, tools } = context;
  const { signal } = tenure;
  const { scan_interval_ms, settle_ms } = loaded.config.continuous;
  await view.catchUp(signal);
  if (signal.aborted) return;
  await startRun(context, tenure, manifestOf(loaded, []));
  const settling = new Settling(settle_ms);
  while (!signal.aborted) {
    const { samples, problems } = resolveInputs(loaded.config, loaded.folder, loaded.sources);
    for (const { message } of problems)
      tools.log.warn('input_problem', { reason: message }, { key: message });
    for (const sample of samples) {
      for (const file of sample.files) {
        if (signal.aborted) return;
        if (
          !isKnown(view.state.files, sample, file) &&
          settling.stands(file.path, look(file.path), tools.clock.steadyMs())
        )
          await take(context, tenure, sample, file, settling);
      }
    }
    await sleep(scan_interval_ms, signal, tools.clock).catch(() => {});
  }
}

function isKnown(files: readonly PlannedFile[], sample: ResolvedSample, file: InputFile): boolean {
  return files.some(({ name, sample: of }) => name === file.name && of === sample.name);
}

function look(path: string): { readonly bytes: number; readonly changedMs: number } | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    return { bytes: size, changedMs: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Takes a file into the run, or says why not; a file that cannot be read is looked at again once it changes. */
async function take(
  context: ServiceContext,
  tenure: Tenure,
  sample: ResolvedSample,
  file: InputFile,
  settling: Settling,
): Promise<void> {
  const { loaded, view, tools } = context;
  const { config, profile } = loaded;
  const { signal } = tenure;
  const options = { config, profile, verify: config.input.verify_inputs, signal, onFile: () => undefined };
  try {
    const opened = await openInput(sample, file, options);
    const twin = view.state.files.find(({ fingerprint }) => fingerprint === opened.fingerprint);
    if (twin !== undefined) {
      tools.log.warn('file_again', { file: file.name, taken_as: twin.name });
      settling.refuse(file.path);
      return;
    }
    const { weights } = await weigh(context, [opened], signal);
    const own = weights.get(opened.fingerprint);
    const sums = channelSums(
      productionsWith(view.state.files, opened.sample, opened.name, own),
      config.input.shared_channels,
    );
    const context_ = normalised(
      opened,
      own,
      sums.get(opened.sample) ?? new Map(),
      config.luminosity_fb * 1000,
    );
    await record(context, tenure, fileRecords({ files: [context_], weights }, view.state.files.length));
    await view.catchUp(signal);
    tools.log.info('file_taken', { file: file.name, sample: sample.name, entries: opened.entries });
  } catch (error) {
    if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
    tools.log.warn('file_unusable', { file: file.name, code: error.code, reason: error.message });
    settling.refuse(file.path);
  }
}

/** The weights of all files that are known, with one more. */
function productionsWith(
  files: readonly PlannedFile[],
  sample: string,
  name: string,
  weights: FileWeights | undefined,
): SampleWeights[] {
  const bySample = new Map<string, { file: string; weights: FileWeights }[]>();
  const add = (of: string, file: string, found: FileWeights | undefined) => {
    if (found !== undefined) bySample.set(of, [...(bySample.get(of) ?? []), { file, weights: found }]);
  };
  for (const file of files) add(file.sample, file.name, file.weights);
  add(sample, name, weights);
  return [...bySample].map(([of, list]) => ({ sample: of, files: list }));
}
