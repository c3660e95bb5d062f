import { RmmError } from '../../../lib/base/error.js';
import { positionOf } from '../../../lib/flow/partitions/hop-position.js';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import { stages } from '../../kafka/stages.js';
import type { RunNames } from '../../kafka/topics.js';

/** What is on the topic `events`, by the positions that were committed with it, by whichever copy. */
export interface Delivered {
  readonly blocks: number;
  readonly events: number;
}

/**
 * Undefined where brokers do not say so now: they are away, or a copy that was killed has left a transaction open that
 * nobody has settled yet.
 */
export async function deliveredOf({ admin }: KafkaClient, names: RunNames): Promise<Delivered | undefined> {
  const { role, topic } = stages.ingest;
  let blocks = 0;
  let events = 0;
  try {
    for (const offset of (await admin.committed(names.group(role), names.topic(topic))).values()) {
      blocks += offset.offset;
      events += positionOf(offset).eventsOut;
    }
  } catch (error) {
    if (error instanceof RmmError && error.spec.retry === true) return undefined;
    throw error;
  }
  return { blocks, events };
}
