import type { Config } from '../../lib/config/index.js';
import type { Stage as StageLabel } from '../../lib/telemetry/metric-list.js';
import type { Ending } from './progress-records.js';
import type { DataTopic } from './topics.js';

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
}

export const stages = {
  ingest: {
    role: 'ingest',
    label: 'ingest',
    service: 'ingest',
    topic: 'events',
    reads: false,
    makes: 'events',
  },
  selector: {
    role: 'selector',
    label: 'selector',
    service: 'selector',
    topic: 'events',
    reads: true,
    makes: 'selected',
  },
  featurizer: {
    role: 'featurizer',
    label: 'featurizer',
    service: 'featurizer',
    topic: 'selected',
    reads: true,
    makes: 'features',
  },
  moments: {
    role: 'scaler-moments',
    label: 'scaler_moments',
    service: 'scaler',
    topic: 'features',
    reads: true,
    makes: 'moments',
  },
  scaler: {
    role: 'scaler',
    label: 'scaler',
    service: 'scaler',
    topic: 'features',
    reads: true,
    makes: 'scaled',
  },
  scorer: {
    role: 'scorer',
    label: 'scorer',
    service: 'scorer',
    topic: 'scaled',
    reads: true,
    makes: 'scores',
  },
  featureFiles: {
    role: 'feature-files',
    label: 'feature_files',
    service: 'scorer',
    topic: 'features',
    reads: true,
    makes: 'feature-files',
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

/** Control roles: each is held by one copy of its service at a time. */
export const roles = {
  planner: { role: 'planner', service: 'ingest' },
  freezer: { role: 'freezer', service: 'scaler' },
  trainer: { role: 'trainer', service: 'trainer' },
  finisher: { role: 'finisher', service: 'scorer' },
} as const;
