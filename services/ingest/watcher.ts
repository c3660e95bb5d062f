import { statSync } from 'node:fs';
import { fromSystemError, RmmError } from '../../lib/base/error.js';
import { type InputFile, type ResolvedSample, resolveInputs } from '../../lib/config/index.js';
import { sleep } from '../../lib/flow/backoff.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { record, type ServiceContext } from '../kafka/context.js';
import type { RecordOf } from '../kafka/progress-records.js';
import type { PlannedFile } from '../kafka/run-state.js';
import { type OpenedFile, openInput } from '../pipeline/input-plan.js';
import { manifestOf } from '../pipeline/manifest.js';
import { normalised } from '../pipeline/weigh-phase.js';
import { fileRecords, startRun, weigh } from './planner.js';
import { type FileLook, Settling } from './settling.js';
import { channelSums, type FileWeights, type SampleWeights } from './weigh.js';

/**
 * Plans a run without end: looks at the input patterns again and again and takes every new file that is closed and
 * stands still; a file that was taken before, under whatever name, is not taken again (its fingerprint tells).
 * The weights of a file are normalised with the productions that are known when it is taken. A file that cannot be
 * used is said and left alone until it changes: it stops nothing else.
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
    const known = new Map(view.state.files.map((file) => [keyOf(file.sample, file.name), file]));
    const seen = new Set<string>();
    const samples = resolvedNow(context);
    for (const sample of samples ?? []) {
      for (const file of sample.files) {
        if (signal.aborted) return;
        const before = known.get(keyOf(sample.name, file.name));
        const seenNow = look(file.path);
        if (before !== undefined) tellOfChange(context, before, seenNow);
        else {
          seen.add(file.path);
          if (settling.stands(file.path, seenNow, tools.clock.steadyMs()))
            await take(context, tenure, sample, file, settling);
        }
      }
    }
    if (samples !== undefined) settling.keep(seen);
    await sleep(scan_interval_ms, signal, tools.clock).catch(() => {});
  }
}

function keyOf(sample: string, file: string): string {
  return `${sample}\n${file}`;
}

/** What the patterns match now. Files come and go while this looks: then the next look finds them. */
function resolvedNow({ loaded, tools }: ServiceContext): readonly ResolvedSample[] | undefined {
  try {
    const { samples, problems } = resolveInputs(loaded.config, loaded.folder, loaded.sources);
    for (const { message } of problems)
      tools.log.warn('input_problem', { reason: message }, { key: message });
    return samples;
  } catch (error) {
    const { code, message } = fromSystemError(error, 'looking for', 'input files');
    tools.error(code);
    tools.log.warn('input_problem', { reason: message }, { key: 'input_problem' });
    return undefined;
  }
}

function look(path: string): FileLook | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    return { bytes: size, changedMs: mtimeMs };
  } catch {
    return undefined;
  }
}

/** Another file under a name that was taken is not read: it needs a name of its own. */
function tellOfChange(
  { tools }: ServiceContext,
  { name, bytes }: PlannedFile,
  now: FileLook | undefined,
): void {
  if (now === undefined || now.bytes === bytes) return;
  tools.log.warn(
    'file_changed',
    { file: name, bytes: now.bytes, taken_bytes: bytes },
    { key: `changed:${name}` },
  );
}

/** Takes a file into the run, or says why not. */
async function take(
  context: ServiceContext,
  tenure: Tenure,
  sample: ResolvedSample,
  file: InputFile,
  settling: Settling,
): Promise<void> {
  const { view, tools } = context;
  const { signal } = tenure;
  let found: RecordOf<'file'>;
  try {
    const opened = await open(context, sample, file, signal);
    const twin = view.state.files.find(({ fingerprint }) => fingerprint === opened.fingerprint);
    if (twin !== undefined) {
      tools.log.warn('file_again', { file: file.name, taken_as: twin.name });
      settling.refuse(file.path);
      return;
    }
    found = await recordOf(context, opened, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof RmmError)) throw error;
    tools.error(error.code);
    tools.log.warn('file_unusable', { file: file.name, code: error.code, reason: error.message });
    // What time may mend is tried again; else a change of the file is waited for.
    if (error.spec.retry === true) settling.again(file.path, tools.clock.steadyMs());
    else settling.refuse(file.path);
    return;
  }
  await record(context, tenure, [found]);
  await view.catchUp(signal);
  tools.log.info('file_taken', { file: file.name, sample: sample.name, entries: found.entries });
}

function open(
  { loaded }: ServiceContext,
  sample: ResolvedSample,
  file: InputFile,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const { config, profile } = loaded;
  const verify = config.input.verify_inputs;
  return openInput(sample, file, { config, profile, verify, signal, onFile: () => undefined });
}

/** Weighs a file. @throws what is wrong with it */
async function recordOf(
  context: ServiceContext,
  opened: OpenedFile,
  signal: AbortSignal,
): Promise<RecordOf<'file'>> {
  const { loaded, view } = context;
  const { input, luminosity_fb } = loaded.config;
  const { files } = view.state;
  const read = files.reduce((sum, { sample, entries }) => sum + (sample === opened.sample ? entries : 0), 0);
  const planned = { ...opened, entries: Math.min(opened.entries, Math.max(0, input.max_events - read)) };
  const { weights } = await weigh(context, [planned], signal);
  const own = weights.get(planned.fingerprint);
  const sums = channelSums(productionsWith(files, planned, own), input.shared_channels);
  const file = normalised(planned, own, sums.get(planned.sample) ?? new Map(), luminosity_fb * 1000);
  return fileRecords({ files: [file], weights }, files.length)[0]!;
}

/** The weights of all files that are known, with one more. */
function productionsWith(
  files: readonly PlannedFile[],
  { sample, name }: { readonly sample: string; readonly name: string },
  weights: FileWeights | undefined,
): SampleWeights[] {
  const bySample = new Map<string, { file: string; weights: FileWeights }[]>();
  const add = (of: string, file: string, found: FileWeights | undefined) => {
    if (found === undefined) return;
    const list = bySample.get(of) ?? [];
    list.push({ file, weights: found });
    bySample.set(of, list);
  };
  for (const file of files) add(file.sample, file.name, file.weights);
  add(sample, name, weights);
  return [...bySample].map(([of, list]) => ({ sample: of, files: list }));
}
