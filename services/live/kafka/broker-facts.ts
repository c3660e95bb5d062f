import { RmmError } from '../../../lib/base/error.js';
import type { KafkaAdmin } from '../../../lib/kafka/client.js';
import type { RunView } from '../../kafka/run-view.js';
import { stagePositions } from '../../kafka/stage-positions.js';
import { roles, type Stage, stagesOf } from '../../kafka/stages.js';
import { lookAtKafka, type PartLook } from '../../status/kafka-look.js';

/** Events of the whole run through a stage, whatever process it was that did the work. */
export interface WholeCounts {
  readonly eventsIn: number;
  readonly eventsOut: number;
}

/** What is known of a stage from the brokers. */
export interface BrokerFacts {
  readonly members: number;
  /** Both undefined while positions are not settled; the trainer commits none. */
  readonly lag: number | undefined;
  readonly whole: WholeCounts | undefined;
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
  const look = await lookAtKafka(run, atMs, positions);
  const partOf = (role: string) => look.parts.find((part) => part.role === role);
  const facts = new Map<string, BrokerFacts>();
  for (const stage of stagesOf(run.loaded.config)) {
    const part = partOf(stage.role);
    if (part !== undefined) facts.set(stage.label, await factsOf(run, stage, part, positions));
  }
  const trainer = partOf(roles.trainer.role);
  if (trainer !== undefined)
    facts.set('trainer', { lag: undefined, members: trainer.members, whole: undefined });
  return facts;
}

async function factsOf(
  { names }: RunView,
  stage: Stage,
  { members, isHidden, partitions }: PartLook,
  positions: Pick<KafkaAdmin, 'committed'>,
): Promise<BrokerFacts> {
  if (isHidden) return { lag: undefined, members, whole: undefined };
  try {
    const whole = await stagePositions(positions, names, stage);
    return { lag: partitions.reduce((sum, { waiting = 0 }) => sum + waiting, 0), members, whole };
  } catch (error) {
    // A transaction that a dead copy left open hides positions for a while.
    if (error instanceof RmmError && error.code === 'kafka_request_failed')
      return { lag: undefined, members, whole: undefined };
    throw error;
  }
}
