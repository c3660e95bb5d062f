import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import {
  type Config,
  type LoadedConfig,
  type ResolvedSample,
  scoreColumnNames,
} from '../../lib/config/index.js';
import { collectEvents, evaluateEvents } from '../pipeline/evaluation.js';
import { layoutOf } from '../pipeline/layout.js';
import { recordedRanges } from '../pipeline/records.js';
import type { Surroundings } from '../pipeline/request.js';
import { run } from '../pipeline/run.js';
import { scoreFiles } from '../pipeline/score-command.js';
import { collect, partsOfRanges, readScores, type ScoredPart } from '../pipeline/scored-parts.js';
import { cutFlowsOf } from '../report/cut-flows.js';
import type { AlteredTask, StudyTask, TrainingTask } from './plan.js';
import { scoreHistograms } from './score-histograms.js';
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

/** A task and the name that it works and is recorded under. */
export interface NamedTask {
  readonly task: StudyTask;
  readonly name: string;
}

/**
 * Carries out one task and returns what is kept of it; its own files are deleted again. What the data do not allow
 * (a channel that is too small to be trained on alone) is a result with its reason.
 */
export async function runStudyTask(
  { task, name }: NamedTask,
  settings: StudySettings,
  surroundings: Surroundings,
): Promise<StudyRecord> {
  const directory = join(settings.folder, name);
  try {
    const { parts, config } =
      task.type === 'altered'
        ? await alteredParts(task, directory, settings, surroundings)
        : await trainedParts(task, directory, settings, surroundings);
    const events = await collectEvents(parts, config, surroundings);
    return {
      task,
      evaluation: await evaluateEvents(events, config, surroundings),
      histograms: scoreHistograms(events, scoreColumnNames(config)),
    };
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return { task, notDefined: error.message };
    throw error;
  } finally {
    if (!surroundings.signal.aborted) rmSync(directory, { recursive: true, force: true });
  }
}

/** What a task compares, with the scores that it can compare. */
interface Compared {
  readonly parts: readonly ScoredPart[];
  readonly config: Config;
}

async function alteredParts(
  { study, alteration }: AlteredTask,
  directory: string,
  { loaded, base }: StudySettings,
  surroundings: Surroundings,
): Promise<Compared> {
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
  const altered = recordedRanges(layoutOf(directory)).map(
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
    recordedRanges(layoutOf(base)).filter(({ kind }) => kind === 'background'),
    layoutOf(base).scores,
    shown,
  );
  return { parts: [...backgrounds, ...altered], config: shown };
}

async function trainedParts(
  task: TrainingTask,
  directory: string,
  settings: StudySettings,
  surroundings: Surroundings,
): Promise<Compared> {
  const { loaded } = settings;
  const { config } = loaded;
  const own = withSamples(loaded, samplesOf(task, loaded.samples), directory);
  await run({
    ...surroundings,
    // The figures are made here: an injected signal is background to the run.
    loaded: { ...own, config: { ...own.config, evaluation: { ...config.evaluation, bootstrap_samples: 0 } } },
    fresh: false,
    extend: false,
    until: 'scores',
    ...(task.share === undefined ? {} : { strengths: new Map([[task.sample, strengthOf(task, settings)]]) }),
  });
  const parts = recordedRanges(layoutOf(directory)).map((record): ScoredPart => {
    const isInjected = task.share !== undefined && record.sample === task.sample;
    const [part] = partsOfRanges([record], layoutOf(directory).scores, config);
    // Its test part alone, as was read for background.
    return isInjected ? { ...part!, kind: 'signal' } : part!;
  });
  return { parts, config };
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

/** Weighted events of each sample that passed every cut, from cutflow.json. */
export function yieldsOf(directory: string): Record<string, number> {
  const samples = cutFlowsOf({ layout: layoutOf(directory) });
  return Object.fromEntries(
    Object.entries(samples).map(([name, { cuts }]) => [name, cuts.at(-1)?.weighted ?? 0]),
  );
}
