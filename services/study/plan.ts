import { RmmError } from '../../lib/base/error.js';
import type { Config, ResolvedSample } from '../../lib/config/index.js';
import type { Alteration } from '../pipeline/altered-events.js';

/** One piece of a study. Each has a record of its own, so that a killed study goes on behind the last one. */
export type StudyTask = TrainingTask | AlteredTask;

/** A run of its own, with samples of other kinds. */
export interface TrainingTask {
  readonly type: 'training';
  readonly id: string;
  readonly study: 'removed' | 'alone' | 'contaminated';
  /** The sample that the task is about. */
  readonly sample: string;
  /** contaminated: weight of the injected signal over that of the background. */
  readonly share?: number;
}

/** The test part of the background, changed, scored with the model of the base run. */
export interface AlteredTask {
  readonly type: 'altered';
  readonly id: string;
  readonly study: 'pt_scaling' | 'cell_scaling' | 'shuffling' | 'dummy';
  /** Factor, number of pairs, or share. */
  readonly amount: number;
  readonly alteration: Alteration;
}

export interface PlanInputs {
  readonly config: Config;
  readonly samples: readonly Pick<ResolvedSample, 'name' | 'kind'>[];
  /** Trained columns of the base run's model. */
  readonly trainedColumns: readonly number[];
}

/** All tasks of the studies that the configuration asks for, cheap ones first. */
export function planStudies({ config, samples, trainedColumns }: PlanInputs): StudyTask[] {
  return [
    ...alteredTasks(config, trainedColumns),
    ...(config.study.channel_removal ? removalTasks(samples) : []),
    ...contaminationTasks(config, samples),
  ];
}

function alteredTasks({ study, features }: Config, columns: readonly number[]): AlteredTask[] {
  const { seed, scaled_flavours: flavours } = study;
  const forms: readonly ('pt_scaling' | 'cell_scaling')[] =
    study.reduced_scaling && features.type === 'rmm' ? ['pt_scaling', 'cell_scaling'] : ['pt_scaling'];
  const scaling = forms.flatMap((type) =>
    study.scaling_factors.map((factor) => altered(type, factor, { type, flavours, factor })),
  );
  const shuffling = study.shuffled_pairs.map((pairs) =>
    altered('shuffling', pairs, { type: 'shuffling', seed, pairs, columns }),
  );
  const dummy = study.dummy_shares.map((share) =>
    altered('dummy', share, { type: 'dummy', seed, share, columns }),
  );
  return [...scaling, ...shuffling, ...dummy];
}

function altered(study: AlteredTask['study'], amount: number, alteration: Alteration): AlteredTask {
  return { type: 'altered', id: `${study}-${amount}`, study, amount, alteration };
}

/** With a single background sample nothing is left to train on without it. */
function removalTasks(samples: PlanInputs['samples']): TrainingTask[] {
  const backgrounds = samples.filter(({ kind }) => kind === 'background');
  if (backgrounds.length < 2) return [];
  return (['removed', 'alone'] as const).flatMap((study) =>
    backgrounds.map(
      ({ name }) => ({ type: 'training', id: `${study}-${name}`, study, sample: name }) as const,
    ),
  );
}

function contaminationTasks({ study }: Config, samples: PlanInputs['samples']): TrainingTask[] {
  const { injected_signals: chosen } = study;
  return samples
    .filter(({ name, kind }) => kind === 'signal' && (chosen.length === 0 || chosen.includes(name)))
    .flatMap(({ name }) =>
      study.injected_shares.map(
        (share) =>
          ({
            type: 'training',
            id: `contaminated-${name}-${share}`,
            study: 'contaminated',
            sample: name,
            share,
          }) as const,
      ),
    );
}

/** @throws study_signal_unknown where study.injected_signals names what is no signal sample */
export function refuseUnknownSignals({
  config: { study },
  samples,
}: Pick<PlanInputs, 'config' | 'samples'>): void {
  const signals = samples.flatMap(({ name, kind }) => (kind === 'signal' ? [name] : []));
  const unknown = study.injected_signals.find((name) => !signals.includes(name));
  if (unknown === undefined) return;
  throw new RmmError(
    'study_signal_unknown',
    `study.injected_signals: ${unknown} is no signal sample; expected some of: ${signals.join(', ') || 'none, there are no signal samples'}`,
    { context: { sample: unknown } },
  );
}
