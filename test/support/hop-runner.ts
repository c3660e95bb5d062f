import { type HopOptions, hopBody } from '../../lib/flow/partitions/hop.js';
import { PartitionRunner } from '../../lib/flow/partitions/partition-runner.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import { soon } from './service-context.js';

type Own = Pick<HopOptions, 'process' | 'settle'> & Partial<HopOptions>;

/** A copy of a hop from topic `in` to `out`, in group `hop`, with small batches. */
export function hopRunner(client: KafkaClient, own: Own): PartitionRunner {
  return new PartitionRunner({
    client,
    group: 'hop',
    topic: 'in',
    transactionalId: (partition) => `hop.${partition}`,
    pause: () => soon(),
    body: hopBody({
      client,
      group: 'hop',
      inputTopic: 'in',
      outputTopic: 'out',
      deadLetterTopic: 'dead',
      fetchBytes: 1 << 20,
      maxWaitMs: 5,
      transactionMessages: 3,
      requestBytes: 1 << 20,
      nowMs: () => 0,
      ...own,
    }),
  });
}
