import kafkajs from 'kafkajs';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import { stages } from '../../../services/kafka/stages.js';
import { RunNames } from '../../../services/kafka/topics.js';

/** Everything of the groups of a run that a reader could change: which there are, their members, their positions. */
export async function groupsNow(
  { brokers, client }: { readonly brokers: readonly string[]; readonly client: KafkaClient },
  prefix: string,
): Promise<unknown> {
  const { Kafka, logLevel } = kafkajs;
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId).sort();
    const { groups: described } = await admin.describeGroups(groups);
    const positions: unknown[] = [];
    for (const { role, topic } of Object.values(stages)) {
      const names = new RunNames(prefix);
      const committed = await client.admin.committed(names.group(role), names.topic(topic));
      positions.push([role, [...committed].sort()]);
    }
    return { groups: described.map(({ groupId, members }) => [groupId, members.length]), positions };
  } finally {
    await admin.disconnect();
  }
}
