import type { KafkaConnection } from '../../../lib/kafka/client.js';
import { openKafka } from '../../../lib/kafka/open.js';
import { connectionTo } from './clients.js';

// A process that is member of a group until it is killed: CLIENT BROKER GROUP TOPIC. Prints its partitions.
const [client, broker, group, topic] = process.argv.slice(2) as [string, string, string, string];
const kafka = await openKafka(
  connectionTo([broker], { client: client as KafkaConnection['client'], sessionTimeoutMs: 1000 }),
);
kafka.join({
  group,
  topic,
  onPartitions: (partitions) => process.stdout.write(`${JSON.stringify(partitions)}\n`),
  onState: () => undefined,
});
