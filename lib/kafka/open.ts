import { RmmError } from '../base/error.js';
import type { KafkaClient, KafkaConnection } from './client.js';

/**
 * Opens the client that `connection.client` names; nothing of the others is loaded. Connects at once, so that
 * a wrong address or password is told now.
 * @throws kafka_unreachable, kafka_refused, kafka_client_missing, kafka_version_unsupported
 */
export async function openKafka(connection: KafkaConnection): Promise<KafkaClient> {
  if (connection.client === 'confluent')
    throw new RmmError(
      'kafka_client_missing',
      'kafka.client: confluent is not installed; leave kafka.client at kafkajs',
    );
  const { KafkajsClient } = await import('./kafkajs/client.js');
  const client = new KafkajsClient(connection);
  try {
    await client.admin.brokers();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}
