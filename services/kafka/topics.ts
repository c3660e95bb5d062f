import type { Config } from '../../lib/config/index.js';
import type { TopicSpec, TransactionScope } from '../../lib/kafka/client.js';

/** Topics through which blocks of events go, in the order of the stages; all have the same partitions. */
export const dataTopics = ['events', 'selected', 'features', 'scaled'] as const;
/** One partition each: what is known of the run, and what could not be used. */
export const controlTopics = ['scaler-state', 'models', 'progress', 'dead-letters'] as const;
export const topicKinds = [...dataTopics, ...controlTopics] as const;

export type DataTopic = (typeof dataTopics)[number];
export type TopicKind = (typeof topicKinds)[number];

/** Names of everything that a run has on its cluster. */
export class RunNames {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  topic(kind: TopicKind): string {
    return `${this.prefix}.${kind}`;
  }

  /** Stands for the input files where a dead letter names a place: its offsets are positions in the plan. */
  get input(): string {
    return `${this.prefix}.input`;
  }

  /** Group whose members share out the partitions of a topic, or of which one holds a role. */
  group(role: string): string {
    return `${this.prefix}.${role}`;
  }

  /** One for each partition (and one for a role), so that a copy that was taken for dead can be shut out. */
  transactionalId(role: string, partition?: number): string {
    return partition === undefined ? `${this.prefix}.${role}` : `${this.prefix}.${role}.${partition}`;
  }

  /** The kind of a topic of this run; undefined for any other topic. */
  kindOf(topic: string): TopicKind | undefined {
    return topicKinds.find((kind) => this.topic(kind) === topic);
  }
}

/** The topics of a run with their settings (decisions.md 15, 16): sink topics are never compacted. */
export function topicSpecs(names: RunNames, settings: Config['kafka']['topics']): TopicSpec[] {
  const common = {
    'max.message.bytes': String(settings.max_message_bytes),
    'min.insync.replicas': String(settings.min_insync_replicas),
    // Batches stay as their producer made them.
    'compression.type': 'producer',
    'message.timestamp.type': 'CreateTime',
  };
  const kept = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' };
  const hours = settings.retention_hours;
  const limited = hours === 0 ? kept : { ...kept, 'retention.ms': String(hours * 3_600_000) };
  const compacted = { 'cleanup.policy': 'compact' };
  const policy: Readonly<Record<TopicKind, Readonly<Record<string, string>>>> = {
    events: limited,
    selected: limited,
    // Replay reads them again (decisions.md 16).
    features: kept,
    // Read again from far back, however long ago that was: an open window by the scorer, a generation by the trainer.
    scaled: kept,
    'scaler-state': compacted,
    models: compacted,
    progress: kept,
    'dead-letters': kept,
  };
  return topicKinds.map((kind) => ({
    name: names.topic(kind),
    partitions: isData(kind) ? settings.partitions : 1,
    replication: settings.replication,
    settings: { ...common, ...policy[kind] },
  }));
}

function isData(kind: TopicKind): kind is DataTopic {
  return (dataTopics as readonly string[]).includes(kind);
}

/** Differences between a topic as it is and as it should be, in words; empty where it fits. */
export function topicDifferences(
  wanted: TopicSpec,
  found: {
    readonly partitions: readonly { readonly replicas: readonly unknown[] }[];
    readonly settings: Readonly<Record<string, string>>;
  },
): string[] {
  const lines: string[] = [];
  if (found.partitions.length !== wanted.partitions)
    lines.push(`${found.partitions.length} partitions instead of ${wanted.partitions}`);
  // More copies than asked for do no harm; fewer are a promise that does not hold.
  const copies = Math.min(...found.partitions.map(({ replicas }) => replicas.length));
  if (copies < wanted.replication) lines.push(`replication ${copies} instead of ${wanted.replication}`);
  for (const [name, value] of Object.entries(wanted.settings)) {
    const there = found.settings[name];
    if (there !== undefined && there !== value) lines.push(`${name} ${there} instead of ${value}`);
  }
  return lines;
}

/** What every stage and role may write to beside the output of its own. */
export function controlOutputs(names: RunNames): TransactionScope['outputs'] {
  return controlTopics.map((kind) => ({ topic: names.topic(kind), partition: 0 }));
}

/** Every partition of every topic of blocks. */
export function dataOutputs(names: RunNames, partitions: number): TransactionScope['outputs'] {
  return dataTopics.flatMap((kind) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: names.topic(kind), partition })),
  );
}
