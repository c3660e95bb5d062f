import { positionOf } from '../../lib/flow/partitions/hop-position.js';
import { totalOf } from '../../lib/flow/partitions/sink-counts.js';
import type { KafkaAdmin } from '../../lib/kafka/client.js';
import { type Stage, stages } from './stages.js';
import type { RunNames } from './topics.js';

/** Stages that write files; all others write messages. */
const sinks: readonly Stage[] = [stages.scorer, stages.featureFiles];

/** Events that a stage has taken in and given on, as its committed positions say, whatever process did it. */
export async function stagePositions(
  admin: Pick<KafkaAdmin, 'committed'>,
  names: RunNames,
  stage: Stage,
): Promise<{ readonly eventsIn: number; readonly eventsOut: number }> {
  const committed = await admin.committed(names.group(stage.role), names.topic(stage.topic));
  let [eventsIn, eventsOut] = [0, 0];
  for (const offset of committed.values()) {
    if (sinks.includes(stage)) {
      const { events } = totalOf(offset.metadata);
      eventsIn += events;
      eventsOut += events;
      continue;
    }
    const position = positionOf(offset);
    eventsIn += position.eventsIn;
    eventsOut += position.eventsOut;
  }
  return { eventsIn, eventsOut };
}
