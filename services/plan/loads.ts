import { RmmError } from '../../lib/base/error.js';
import { type Quantity, quantity } from './quantity.js';
import type { PlanRequest } from './request.js';

/** Stages that are spread over copies; moments and scaler are parts of one service, feature files and scorer of another. */
export const spreadStages = [
  'ingest',
  'selector',
  'featurizer',
  'moments',
  'feature_files',
  'scaler',
  'scorer',
] as const;
export type SpreadStage = (typeof spreadStages)[number];

/** Stages that work at the same time: a stage of a later phase waits for the whole of an earlier one. */
export interface Phase {
  readonly name: string;
  readonly stages: readonly SpreadStage[];
  readonly seconds: number;
  /** Seconds that one copy of each stage would take, together. */
  readonly work: number;
}

/** What a stage has to do. */
export interface StageLoad {
  readonly stage: SpreadStage;
  /** Entries, or selected events. */
  readonly events: number;
  /** Events a second of one copy. */
  readonly rate: number;
  /** Events a second in the time of its phase, with the headroom. */
  readonly load: number;
}

export interface Loads {
  readonly phases: readonly Phase[];
  readonly stages: readonly StageLoad[];
  /** Seconds of the one trainer. */
  readonly trainSeconds: number;
  readonly quantities: readonly Quantity[];
}

/** Share of a bounded run that may be training: something has to be left for its phases. */
const mostTraining = 0.95;

/**
 * Phases of a bounded run: the scaler is frozen when moments of all events are there, and scores need the model, which is
 * trained on all scaled rows. A run without end does everything at once.
 */
const boundedPhases = [
  { name: 'read', stages: ['ingest', 'selector', 'featurizer', 'moments', 'feature_files'] },
  { name: 'scale', stages: ['scaler'] },
  { name: 'score', stages: ['scorer'] },
] as const satisfies readonly Omit<Phase, 'seconds' | 'work'>[];

/** @throws plan_impossible where one trainer takes longer than there is */
export function loadsOf(request: PlanRequest): Loads {
  const { mode, hours, headroom, rates } = request;
  const counts = eventsOf(request);
  const trainSeconds = (counts.trained * request.epochs) / rates.trainer;
  const seconds = (hours * 3600) / headroom;
  refuseLongTraining(request, trainSeconds, seconds);
  const phases: readonly Phase[] =
    mode === 'continuous'
      ? [{ name: 'all', stages: spreadStages, seconds, work: workOf(spreadStages, counts, rates) }]
      : boundedPhasesOf(counts, rates, seconds - trainSeconds);
  const stages = phases.flatMap((phase) =>
    phase.stages.map(
      (stage): StageLoad => ({
        stage,
        events: counts[stage],
        rate: rates[stage],
        load: counts[stage] / phase.seconds,
      }),
    ),
  );
  return {
    phases,
    stages,
    trainSeconds,
    quantities: quantitiesOf(request, { counts, trainSeconds, seconds, phases }),
  };
}

function workOf(stages: readonly SpreadStage[], counts: Counts, rates: PlanRequest['rates']): number {
  return stages.reduce((sum, stage) => sum + counts[stage] / rates[stage], 0);
}

/**
 * Times of the phases in `seconds` together. A phase of work W in time T takes W / T copies; the sum over phases is least
 * where T goes with the root of W (Lagrange).
 */
function boundedPhasesOf(counts: Counts, rates: PlanRequest['rates'], seconds: number): Phase[] {
  const works = boundedPhases.map(({ stages }) => workOf(stages, counts, rates));
  const roots = works.reduce((sum, work) => sum + Math.sqrt(work), 0);
  return boundedPhases.map((phase, index) => {
    const work = works[index]!;
    return { ...phase, work, seconds: (seconds * Math.sqrt(work)) / roots };
  });
}

type Counts = Readonly<Record<SpreadStage | 'trained', number>>;

function eventsOf({ events, selected, trained }: PlanRequest): Counts {
  const rows = events * selected;
  return {
    ingest: events,
    selector: events,
    featurizer: rows,
    moments: rows,
    feature_files: rows,
    scaler: rows,
    scorer: rows,
    trained: rows * trained,
  };
}

function refuseLongTraining(request: PlanRequest, trainSeconds: number, seconds: number): void {
  const { mode, hours, headroom, epochs } = request;
  // A run without end trains beside the flow, and must only keep up.
  const least = mode === 'continuous' ? trainSeconds : trainSeconds / mostTraining;
  if (least <= seconds) return;
  const most = mode === 'continuous' ? '' : `, of which training may take ${100 * mostTraining} %`;
  throw new RmmError(
    'plan_impossible',
    `one trainer takes ${(trainSeconds / 3600).toPrecision(3)} h for ${epochs} epochs, and there are ${(seconds / 3600).toPrecision(3)} h (${hours} h / headroom ${headroom})${most}; use fewer --epochs, more --hours, or a faster trainer (--rate trainer=ROWS_PER_SECOND: a GPU, a smaller network)`,
    { context: { train_seconds: trainSeconds, seconds } },
  );
}

interface Found {
  readonly counts: Counts;
  readonly trainSeconds: number;
  readonly seconds: number;
  readonly phases: readonly Phase[];
}

function quantitiesOf(request: PlanRequest, { counts, trainSeconds, seconds, phases }: Found): Quantity[] {
  const { mode, hours, headroom, events, selected, trained, epochs, rates } = request;
  const common = [
    quantity('selected events', counts.scorer, 'events', 'events x selected', { events, selected }),
    quantity('training events', counts.trained, 'events', 'selected_events x trained', {
      selected_events: counts.scorer,
      trained,
    }),
    quantity('time planned for', seconds, 's', 'hours x 3600 / headroom', { hours, headroom }),
    quantity('training', trainSeconds, 's', 'training_events x epochs / trainer_rate', {
      training_events: counts.trained,
      epochs,
      trainer_rate: rates.trainer,
    }),
  ];
  const loads = phases.flatMap((phase) =>
    phase.stages.map((stage) =>
      quantity(`load of ${stage}`, counts[stage] / phase.seconds, 'events/s', 'events / phase_seconds', {
        events: counts[stage],
        phase_seconds: phase.seconds,
      }),
    ),
  );
  if (mode === 'continuous') return [...common, ...loads];
  const works = Object.fromEntries(phases.map(({ name, work }) => [`${name}_work`, work]));
  const roots = Object.keys(works).map((name) => `sqrt(${name})`);
  return [
    ...common,
    ...phases.map(({ name, work, stages }) =>
      quantity(
        `${name}_work`,
        work,
        's of one copy',
        stages.map((stage) => `${stage}_events / ${stage}_rate`).join(' + '),
        Object.fromEntries(
          stages.flatMap((stage) => [
            [`${stage}_events`, counts[stage]],
            [`${stage}_rate`, rates[stage]],
          ]),
        ),
      ),
    ),
    ...phases.map((phase) =>
      quantity(
        `phase ${phase.name}`,
        phase.seconds,
        's',
        `(time - training) x sqrt(${phase.name}_work) / (${roots.join(' + ')})`,
        { time: seconds, training: trainSeconds, ...works },
      ),
    ),
    ...loads,
  ];
}
