import type { RunView } from '../kafka/run-view.js';
import { stages } from '../kafka/stages.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';

/** The stage that takes the messages of a topic on. */
const readers = {
  events: stages.selector,
  selected: stages.featurizer,
  features: stages.scaler,
  scaled: stages.scorer,
} as const;

/** How far stages had come. Whatever lies before a position has its output, or its dead letter. */
export interface Positions {
  /** Offset up to which the messages of a topic are done. */
  of(topic: DataTopic, partition: number): number;
  /** Blocks of the plan that ingest has read for a partition. */
  read(partition: number): number;
}

/**
 * Positions as they are committed, or as ends on record say, which outlive the groups of a run that ended long ago.
 * Read before anything else: outputs that are looked at later then hold at least what belongs to them.
 */
export async function readPositions({ client, names, view }: RunView): Promise<Positions> {
  const { state } = view;
  const committed = new Map<DataTopic | 'plan', ReadonlyMap<number, { readonly offset: number }>>();
  for (const topic of dataTopics)
    committed.set(topic, await client.admin.committed(names.group(readers[topic].role), names.topic(topic)));
  const { ingest } = stages;
  committed.set('plan', await client.admin.committed(names.group(ingest.role), names.topic(ingest.topic)));
  const ends = new Map(
    dataTopics.map((topic) => [
      topic,
      Array.from(
        { length: state.partitions },
        (_, partition) => state.end(readers[topic].makes, partition)?.input ?? 0,
      ),
    ]),
  );
  const planned = Array.from(
    { length: state.partitions },
    (_, partition) => state.end(ingest.makes, partition)?.input ?? 0,
  );
  return {
    of: (topic, partition) =>
      Math.max(committed.get(topic)?.get(partition)?.offset ?? 0, ends.get(topic)?.[partition] ?? 0),
    read: (partition) =>
      Math.max(committed.get('plan')?.get(partition)?.offset ?? 0, planned[partition] ?? 0),
  };
}
