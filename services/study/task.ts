import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import type { Config, LoadedConfig, ResolvedSample } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { evaluate } from '../pipeline/evaluation.js';
import { inOrder } from '../pipeline/fixed-order.js';
import { layoutOf } from '../pipeline/layout.js';
import type { RangeRecord } from '../pipeline/records.js';
import type { Surroundings } from '../pipeline/request.js';
import { run } from '../pipeline/run.js';
import { scoreFiles } from '../pipeline/score-command.js';
import { collect, partsOfRanges, readScores, type ScoredPart } from '../pipeline/scored-parts.js';
import type { AlteredTask, StudyTask, TrainingTask } from './plan.js';
import { comparableScores } from './scores.js';
import type { StudyRecord } from './study-record.js';

/** What every task of a study is given. */
export interface StudySettings {
  /** The base run's configuration, with one worker and one thread. */
  readonly loaded: LoadedConfig;
  /** Directory of the finished base run. */
  readonly base: string;
  /** Folder below which each task works. */
  readonly folder: string;
  /** Weight of each sample after the selection, in the base run. */
  readonly yields: Readonly<Record<string, number>>;
}

/** The name that the changed events have among the signals. */
export const alteredName = 'altered';

/**
 * Carries out one task and returns what is kept of it; its own files are deleted again. What the data do not allow
 * (a channel that is too small to be trained on alone) is a result with its reason.
 */
export async function runStudyTask(
  task: StudyTask,
  settings: StudySettings,
  surroundings: Surroundings,
): Promise<StudyRecord> {
  const directory = join(settings.folder, task.id);
  try {
    const evaluation =
      task.type === 'altered'
        ? await evaluateAltered(task, directory, settings, surroundings)
        : await evaluateTraining(task, directory, settings, surroundings);
    return { task, evaluation };
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return { task, notDefined: error.message };
    throw error;
  } finally {
    if (!surroundings.signal.aborted) rmSync(directory, { recursive: true, force: true });
  }
}

async function evaluateAltered(
  { study, alteration }: AlteredTask,
  directory: string,
  { loaded, base }: StudySettings,
  surroundings: Surroundings,
) {
  const { config } = loaded;
  const ofKind = loaded.samples.filter(({ kind }) => kind === 'background');
  await scoreFiles({
    ...surroundings,
    modelFolder: layoutOf(base).model,
    samples: ofKind,
    outputDirectory: directory,
    fresh: false,
    base: config,
    alteration,
  });
  const scores = comparableScores(config.scores, study);
  const names = scores.columns;
  const altered = rangesOf(directory).map(
    ({ name, rows }): ScoredPart => ({
      sample: alteredName,
      kind: 'signal',
      rows,
      read: async () =>
        collect(await readScores(join(layoutOf(directory).scores, `${name}.parquet`), names), true, names),
    }),
  );
  const shown: Config = { ...config, scores: scores.kept };
  const backgrounds = partsOfRanges(
    rangesOf(base).filter(({ kind }) => kind === 'background'),
    layoutOf(base).scores,
    shown,
  );
  return evaluate([...backgrounds, ...altered], shown, surroundings);
}

async function evaluateTraining(
  task: TrainingTask,
  directory: string,
  settings: StudySettings,
  surroundings: Surroundings,
) {
  const { loaded } = settings;
  const samples = samplesOf(task, loaded.samples);
  const own = withSamples(loaded, samples, directory);
  const strengths =
    task.share === undefined ? undefined : new Map([[task.sample, strengthOf(task, settings)]]);
  // The injected signal is background to this run, so that its own figures would say nothing.
  const quiet = { ...own.config, evaluation: { ...own.config.evaluation, bootstrap_samples: 0 } };
  const { report } = await run({
    ...surroundings,
    loaded: strengths === undefined ? own : { ...own, config: quiet },
    fresh: false,
    extend: false,
    until: 'scores',
    ...(strengths === undefined ? {} : { strengths }),
  });
  if (strengths === undefined) return report.evaluation!;
  const { config } = loaded;
  const parts = rangesOf(directory).map((record): ScoredPart => {
    const isInjected = record.sample === task.sample;
    const [part] = partsOfRanges([record], layoutOf(directory).scores, config);
    return isInjected ? { ...part!, kind: 'signal' } : part!;
  });
  return evaluate(parts, config, surroundings);
}

/** The samples that a training sees, and what they are to it. */
function samplesOf({ study, sample }: TrainingTask, samples: readonly ResolvedSample[]): ResolvedSample[] {
  const kindOf = ({ name, kind }: ResolvedSample): ResolvedSample['kind'] | undefined => {
    switch (study) {
      case 'removed':
        return kind !== 'background' ? undefined : name === sample ? 'signal' : 'background';
      case 'alone':
        return kind !== 'background' ? undefined : name === sample ? 'background' : 'signal';
      case 'contaminated':
        return kind === 'background' || name === sample ? 'background' : undefined;
    }
  };
  return samples.flatMap((one) => {
    const kind = kindOf(one);
    return kind === undefined ? [] : [{ ...one, kind }];
  });
}

/** Configuration and samples of a run must name the same. */
function withSamples(
  loaded: LoadedConfig,
  samples: readonly ResolvedSample[],
  directory: string,
): LoadedConfig {
  const { config } = loaded;
  const kinds = new Map(samples.map(({ name, kind }) => [name, kind]));
  const listed = config.input.samples.flatMap((sample) => {
    const kind = kinds.get(sample.name);
    return kind === undefined ? [] : [{ ...sample, kind }];
  });
  return {
    ...loaded,
    config: { ...config, input: { ...config.input, samples: listed } },
    samples,
    outputDirectory: directory,
  };
}

/** By what a signal's weights are multiplied to have the share of the background's weight. */
function strengthOf({ sample, share }: TrainingTask, { loaded, yields }: StudySettings): number {
  const background = loaded.samples
    .filter(({ kind }) => kind === 'background')
    .reduce((sum, { name }) => sum + (yields[name] ?? 0), 0);
  const signal = yields[sample] ?? 0;
  if (!(signal > 0 && background > 0)) {
    throw new RmmError(
      'study_no_yield',
      `${sample} cannot be injected: its weight after the selection is ${signal}, that of the background ${background}; expected both above 0`,
      { context: { sample } },
    );
  }
  return (share! * background) / signal;
}

function rangesOf(directory: string): RangeRecord[] {
  return inOrder(new RecordStore<RangeRecord>(layoutOf(directory).ranges).readAll().values());
}

/** Weighted events of each sample that passed every cut, from cutflow.json. */
export function yieldsOf(directory: string): Record<string, number> {
  const { samples } = JSON.parse(readFileSync(layoutOf(directory).cutflowJson, 'utf8')) as {
    readonly samples: Readonly<Record<string, { readonly cuts: readonly { readonly weighted: number }[] }>>;
  };
  return Object.fromEntries(
    Object.entries(samples).map(([name, { cuts }]) => [name, cuts.at(-1)?.weighted ?? 0]),
  );
}
