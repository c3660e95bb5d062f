import { positionOf } from '../../lib/flow/partitions/hop-position.js';
import { totalOf } from '../../lib/flow/partitions/sink-counts.js';
import type { CommittedOffset, KafkaAdmin } from '../../lib/kafka/client.js';
import { type Stage, stages } from './stages.js';
import type { RunNames } from './topics.js';

/** Stages that write files; all others write messages. */
const sinks: readonly Stage[] = [stages.scorer, stages.featureFiles];

/** Events that went through a stage, whatever process it was that did the work. */
export interface StageEvents {
  readonly eventsIn: number;
  readonly eventsOut: number;
}

/** Events that a stage has taken in and given on, as the positions say that it has committed. */
export function eventsThrough(stage: Stage, committed: ReadonlyMap<number, CommittedOffset>): StageEvents {
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

/** Asks for the positions of a stage, and says what went through it. */
export async function stagePositions(
  admin: Pick<KafkaAdmin, 'committed'>,
  names: RunNames,
  stage: Stage,
): Promise<StageEvents> {
  return eventsThrough(stage, await admin.committed(names.group(stage.role), names.topic(stage.topic)));
}
