import { brokerCode } from '../../lib/kafka/broker-codes.js';
import type { CommittedOffset, KafkaAdmin, KafkaClient, PartitionOffsets } from '../../lib/kafka/client.js';
import { brokerCodeOf } from '../../lib/kafka/failures.js';
import { blocksOfPartition } from '../ingest/plan-feed.js';
import type { RunView } from '../kafka/run-view.js';
import { eventsThrough, type StageEvents } from '../kafka/stage-positions.js';
import { roles, type ServiceName, type Stage, stagesOf } from '../kafka/stages.js';
import { topicKinds } from '../kafka/topics.js';

/** How far a stage is in one partition. */
export interface PartitionLook {
  readonly partition: number;
  /** Committed position; undefined where there is none yet, or where it is hidden. */
  readonly position: number | undefined;
  readonly end: number;
  /** Messages that wait (at ingest blocks); where there are many, offsets; undefined where the position is hidden. */
  readonly waiting: number | undefined;
}

/** A stage or role at one moment. */
export interface PartLook {
  readonly role: string;
  readonly kind: 'stage' | 'role';
  readonly service: ServiceName;
  readonly group: string;
  /** The topic whose partitions it shares out; none for a role. */
  readonly topic: string | undefined;
  /** Copies that are in its group. */
  readonly members: number;
  /** A transaction that stays open, mostly of a copy that died, hides the positions: all that is known is that they are not known. */
  readonly isHidden: boolean;
  /** Events through it so far; undefined where positions are hidden, and for a role. */
  readonly events: StageEvents | undefined;
  readonly partitions: readonly PartitionLook[];
}

export interface TopicLook {
  readonly topic: string;
  readonly partitions: number;
  /** Offsets that are there; control records of transactions count among them. */
  readonly offsets: number;
}

/** A run over Kafka at one moment. */
export interface KafkaLook {
  readonly atMs: number;
  readonly parts: readonly PartLook[];
  readonly topics: readonly TopicLook[];
}

/** All that waits before a part; undefined where positions are hidden. */
export function waitingOf({ isHidden, partitions }: PartLook): number | undefined {
  return isHidden ? undefined : partitions.reduce((sum, { waiting = 0 }) => sum + waiting, 0);
}

/**
 * Looks at groups, positions and topics; joins no group and commits nothing.
 * @param positions who is asked for positions
 */
export async function lookAtKafka(
  run: RunView,
  atMs: number,
  positions: Pick<KafkaAdmin, 'committed'> = run.client.admin,
): Promise<KafkaLook> {
  const { client, names, loaded } = run;
  const offsets = new Map<string, readonly PartitionOffsets[]>();
  for (const kind of topicKinds) {
    const name = names.topic(kind);
    offsets.set(name, await client.admin.offsets(name));
  }
  // Together: one whose positions are hidden is waited for, and the others are to be of one moment.
  const looks = stagesOf(loaded.config).map((stage) => stageLook(run, stage, offsets, positions));
  const parts = await Promise.all(looks);
  for (const { role, service } of Object.values(roles)) {
    const group = names.group(role);
    const members = await client.admin.members(group);
    parts.push({
      role,
      kind: 'role',
      service,
      group,
      topic: undefined,
      members,
      isHidden: false,
      events: undefined,
      partitions: [],
    });
  }
  const topics = [...offsets].map(([topic, found]) => ({
    topic,
    partitions: found.length,
    offsets: found.reduce((sum, { first, end }) => sum + end - first, 0),
  }));
  return { atMs, parts, topics };
}

async function stageLook(
  { client, names, view }: RunView,
  stage: Stage,
  offsets: ReadonlyMap<string, readonly PartitionOffsets[]>,
  positions: Pick<KafkaAdmin, 'committed'>,
): Promise<PartLook> {
  const { role, service, reads } = stage;
  const topic = names.topic(stage.topic);
  const group = names.group(role);
  const members = await client.admin.members(group);
  const committed = await settledPositions(positions, group, topic);
  const isHidden = committed === undefined;
  const partitions: PartitionLook[] = [];
  for (const found of offsets.get(topic) ?? []) {
    const { partition } = found;
    const position = committed?.get(partition)?.offset;
    const end = reads ? found.end : blocksOfPartition(view.state.blocks, partition, view.state.partitions);
    const waiting = isHidden
      ? undefined
      : reads
        ? await waitingMessages(client, topic, found, position)
        : Math.max(0, end - (position ?? 0));
    partitions.push({ partition, position, end, waiting });
  }
  const events = committed === undefined ? undefined : eventsThrough(stage, committed);
  return { role, kind: 'stage', service, group, topic, members, isHidden, events, partitions };
}

/** Positions of a group; undefined where an open transaction hides them for as long as brokers are waited for. */
async function settledPositions(
  positions: Pick<KafkaAdmin, 'committed'>,
  group: string,
  topic: string,
): Promise<ReadonlyMap<number, CommittedOffset> | undefined> {
  try {
    return await positions.committed(group, topic);
  } catch (error) {
    if (brokerCodeOf(error) === brokerCode.unstableOffsetCommit) return undefined;
    throw error;
  }
}

/** So few offsets may all be control records, which nobody works on: these are looked at. */
const doubtful = 64;

async function waitingMessages(
  client: KafkaClient,
  topic: string,
  { partition, first, end, stable }: PartitionOffsets,
  position: number | undefined,
): Promise<number> {
  const from = Math.max(first, position ?? first);
  const offsets = Math.max(0, end - from);
  // What lies behind an open transaction cannot be read yet.
  if (offsets === 0 || offsets > doubtful || from >= stable) return offsets > doubtful ? offsets : 0;
  const reader = client.reader(topic, partition);
  try {
    const { messages } = await reader.fetch({ offset: from, maxBytes: 1, maxWaitMs: 0 });
    return messages.length === 0 ? 0 : offsets;
  } finally {
    await reader.close();
  }
}
