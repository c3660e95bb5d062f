import { RecordStore } from '../../lib/flow/record-store.js';
import type { WorkerPool } from '../../lib/flow/worker-pool.js';
import { channelSums, type FileWeights, ownShare } from '../ingest/weigh.js';
import type { FileContext } from './file-context.js';
import type { OpenedFile } from './input-plan.js';
import type { Surroundings } from './request.js';
import { runPhase } from './run-phase.js';
import type { WeighTask } from './tasks.js';

export interface WeighedInputs {
  readonly files: readonly FileContext[];
  /** What the weight pass found, by fingerprint; data files have none. */
  readonly weights: ReadonlyMap<string, FileWeights>;
}

export interface WeighOptions extends Surroundings {
  readonly luminosityPb: number;
  /** Channels that may stand in several samples; `any` where samples are only names for files. */
  readonly sharedChannels: readonly number[] | 'any';
  /** By what the weights of samples are multiplied, by name; those of the others stay. */
  readonly strengths?: ReadonlyMap<string, number>;
  /** Where the results are kept for a restart; without it nothing is kept. */
  readonly recordFolder: string | undefined;
}

/**
 * The weight-only pass over every simulated file, and from it how the events of each file are normalised.
 * @throws weights_unusable, normalisation_unusable, channel_in_two_samples
 */
export async function weighInputs(
  opened: readonly OpenedFile[],
  pool: WorkerPool,
  options: WeighOptions,
): Promise<WeighedInputs> {
  const store =
    options.recordFolder === undefined ? undefined : new RecordStore<FileWeights>(options.recordFolder);
  const known = store?.readAll() ?? new Map<string, FileWeights>();
  const nameOf = (file: OpenedFile) => `${file.fingerprint}.${file.entries}`;
  const simulated = opened.filter((file) => !file.data && file.entries > 0);
  const tasks = simulated
    .filter((file) => !known.has(nameOf(file)))
    .map(
      (file): WeighTask => ({ kind: 'weigh', file: { ...file, medianWeight: 0, sumOfWeights: new Map() } }),
    );
  const total = tasks.reduce((sum, task) => sum + task.file.entries, 0);
  await runPhase<WeighTask, FileWeights>(pool, tasks, {
    ...options,
    phase: 'weights',
    events: { done: 0, total },
    onResult: (weights, task) => {
      known.set(nameOf(task.file), weights);
      store?.write(nameOf(task.file), weights);
    },
  });
  const weightsOf = (file: OpenedFile) => known.get(nameOf(file));
  const bySample = new Map<string, { file: string; weights: FileWeights }[]>();
  for (const file of simulated) {
    const list = bySample.get(file.sample) ?? [];
    list.push({ file: file.name, weights: weightsOf(file)! });
    bySample.set(file.sample, list);
  }
  const sums = channelSums(
    [...bySample].map(([sample, files]) => ({ sample, files })),
    options.sharedChannels,
  );
  const files = opened.map((file) => {
    const strength = options.strengths?.get(file.sample) ?? 1;
    const own = new Map(
      [...(sums.get(file.sample) ?? [])].map(([channel, sum]) => [channel, sum / strength]),
    );
    return normalised(file, weightsOf(file), own, options.luminosityPb);
  });
  const weights = new Map(simulated.map((file) => [file.fingerprint, weightsOf(file)!]));
  return { files, weights };
}

/**
 * A file with how its events are normalised.
 * @param sums summed weights of each channel of its sample
 */
export function normalised(
  file: OpenedFile,
  weights: FileWeights | undefined,
  sums: ReadonlyMap<number, number>,
  luminosityPb: number,
): FileContext {
  // The pass weighed with luminosity 1 and each file's own sum of weights.
  const medianWeight =
    file.data || weights === undefined
      ? 0
      : weights.medianPerPb * luminosityPb * Math.abs(ownShare(weights, sums));
  return { ...file, medianWeight, sumOfWeights: sums };
}
