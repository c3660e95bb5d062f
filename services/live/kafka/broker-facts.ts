import type { KafkaAdmin } from '../../../lib/kafka/client.js';
import type { RunView } from '../../kafka/run-view.js';
import type { StageEvents } from '../../kafka/stage-positions.js';
import { roles, stagesOf } from '../../kafka/stages.js';
import { lookAtKafka, type PartLook, waitingOf } from '../../status/kafka-look.js';

/** What is known of a stage from the brokers. */
export interface BrokerFacts {
  readonly members: number;
  /** Both undefined while positions are not settled; the trainer commits none. */
  readonly lag: number | undefined;
  /** Of the whole run, whatever process it was that did the work. */
  readonly whole: StageEvents | undefined;
}

/**
 * Asks the brokers how far every stage is.
 * @param positions who is asked for positions
 * @throws kafka_unreachable and other errors of the cluster
 */
export async function brokerFacts(
  run: RunView,
  atMs: number,
  positions: Pick<KafkaAdmin, 'committed'>,
): Promise<ReadonlyMap<string, BrokerFacts>> {
  const labels = new Map(stagesOf(run.loaded.config).map(({ role, label }) => [role, label]));
  const { parts } = await lookAtKafka(run, atMs, positions);
  const facts = new Map<string, BrokerFacts>();
  for (const part of parts) {
    const label = part.role === roles.trainer.role ? 'trainer' : labels.get(part.role);
    if (label !== undefined) facts.set(label, factsOf(part));
  }
  return facts;
}

function factsOf(part: PartLook): BrokerFacts {
  const lag = part.kind === 'stage' ? waitingOf(part) : undefined;
  return { members: part.members, lag, whole: part.events };
}
