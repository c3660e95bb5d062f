import type { Config } from '../../lib/config/index.js';
import type { Stage as StageLabel } from '../../lib/telemetry/metric-list.js';
import type { Ending } from './progress-records.js';
import type { DataTopic, TopicKind } from './topics.js';

/** The services, in the order of the dataflow. */
export const serviceNames = ['ingest', 'selector', 'featurizer', 'scaler', 'trainer', 'scorer'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A part of a service that works partition by partition, shared out among its copies. */
export interface Stage {
  /** Names its group and transactional ids. */
  readonly role: string;
  /** Names it in metrics. */
  readonly label: StageLabel;
  readonly service: ServiceName;
  /** The topic whose partitions are shared out. */
  readonly topic: DataTopic;
  /** Whether it reads that topic; ingest writes it and keeps its position in the plan. */
  readonly reads: boolean;
  /** What it makes. */
  readonly makes: Ending;
  /** The topic that it writes what it makes to; undefined where that goes into files. */
  readonly writes: TopicKind | undefined;
  /** Topics that it takes something from beside its input. */
  readonly uses: readonly TopicKind[];
  /** Whether its dead letters tell of messages that it cannot use; where not, another stage reads the same and tells. */
  readonly tellsFaults: boolean;
}

/** A stage that takes one topic to another. */
export type HopStage = Stage & { readonly writes: TopicKind };

export const stages = {
  ingest: {
    role: 'ingest',
    label: 'ingest',
    service: 'ingest',
    topic: 'events',
    reads: false,
    makes: 'events',
    writes: 'events',
    uses: [],
    tellsFaults: true,
  },
  selector: {
    role: 'selector',
    label: 'selector',
    service: 'selector',
    topic: 'events',
    reads: true,
    makes: 'selected',
    writes: 'selected',
    uses: [],
    tellsFaults: true,
  },
  featurizer: {
    role: 'featurizer',
    label: 'featurizer',
    service: 'featurizer',
    topic: 'selected',
    reads: true,
    makes: 'features',
    writes: 'features',
    uses: [],
    tellsFaults: true,
  },
  moments: {
    role: 'scaler-moments',
    label: 'scaler_moments',
    service: 'scaler',
    topic: 'features',
    reads: true,
    makes: 'moments',
    writes: 'scaler-state',
    uses: [],
    tellsFaults: false,
  },
  scaler: {
    role: 'scaler',
    label: 'scaler',
    service: 'scaler',
    topic: 'features',
    reads: true,
    makes: 'scaled',
    writes: 'scaled',
    uses: ['scaler-state'],
    tellsFaults: true,
  },
  scorer: {
    role: 'scorer',
    label: 'scorer',
    service: 'scorer',
    topic: 'scaled',
    reads: true,
    makes: 'scores',
    writes: undefined,
    uses: ['models'],
    tellsFaults: true,
  },
  featureFiles: {
    role: 'feature-files',
    label: 'feature_files',
    service: 'scorer',
    topic: 'features',
    reads: true,
    makes: 'feature-files',
    writes: undefined,
    uses: [],
    tellsFaults: false,
  },
} as const satisfies Record<string, Stage>;

/**
 * The stages of a run. Without an end of the input feature files that are not kept would be of no use at any time; a
 * bounded run counts duplicates among their rows before it deletes them.
 */
export function stagesOf({ input, output }: Pick<Config, 'input' | 'output'>): readonly Stage[] {
  const all: readonly Stage[] = Object.values(stages);
  const areWritten = input.mode === 'bounded' || output.keep_features;
  return areWritten ? all : all.filter((stage) => stage !== stages.featureFiles);
}

/** A part of a service that one copy holds at a time. */
export interface Role {
  /** Names its group and transactional id. */
  readonly role: string;
  readonly service: ServiceName;
  /** Beside what it wrote itself, where it finds its place again. */
  readonly reads: readonly TopicKind[];
  readonly writes: readonly TopicKind[];
}

/** Control roles. */
export const roles = {
  planner: { role: 'planner', service: 'ingest', reads: ['progress'], writes: ['progress'] },
  freezer: {
    role: 'freezer',
    service: 'scaler',
    reads: ['progress', 'scaler-state'],
    writes: ['progress', 'scaler-state'],
  },
  trainer: {
    role: 'trainer',
    service: 'trainer',
    reads: ['progress', 'scaler-state', 'scaled'],
    writes: ['progress', 'models'],
  },
  finisher: {
    role: 'finisher',
    service: 'scorer',
    reads: ['progress', 'scaler-state', 'models', 'dead-letters'],
    writes: ['progress', 'dead-letters'],
  },
} as const satisfies Record<string, Role>;
