import type { KafkaClient, KafkaConnection } from './client.js';

/**
 * Opens the client that `connection.client` names; nothing of the others is loaded. Connects at once, so that
 * a wrong address or password is told now.
 * @throws kafka_unreachable, kafka_refused, kafka_client_missing, kafka_version_unsupported
 */
export async function openKafka(connection: KafkaConnection): Promise<KafkaClient> {
  const client = await make(connection);
  try {
    await client.admin.brokers();
    return client;
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function make(connection: KafkaConnection): Promise<KafkaClient> {
  if (connection.client === 'confluent') {
    const { loadConfluent } = await import('./confluent/binding.js');
    const { ConfluentClient } = await import('./confluent/client.js');
    return new ConfluentClient(loadConfluent(), connection);
  }
  const { KafkajsClient } = await import('./kafkajs/client.js');
  return new KafkajsClient(connection);
}
