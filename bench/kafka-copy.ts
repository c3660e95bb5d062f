/**
 * The plain client's ceiling: kafkajs as it is on npm takes every message of a topic to another one, in
 * transactions, and does nothing with it. Run in a process of its own by bench/kafka-hops.ts.
 * usage: node dist/bench/kafka-copy.js BROKER FROM TO MESSAGES
 */
import { Kafka, logLevel, type Producer } from 'kafkajs';

const [broker = '', from = '', to = '', wanted = '0'] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId: `${to}-copy`,
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: 8 << 20,
  maxBytes: 64 << 20,
});
const producers = new Map<number, Promise<Producer>>();
let copied = 0;
let bytes = 0;
let first: { readonly ms: number; readonly messages: number } | undefined;

function producerOf(partition: number): Promise<Producer> {
  let producer = producers.get(partition);
  if (producer === undefined) {
    producer = (async () => {
      const made = kafka.producer({
        transactionalId: `${to}-${partition}`,
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await made.connect();
      return made;
    })();
    producers.set(partition, producer);
  }
  return producer;
}

await consumer.connect();
await consumer.subscribe({ topic: from, fromBeginning: true });
const done = new Promise<void>((resolve) => {
  void consumer.run({
    autoCommit: false,
    partitionsConsumedConcurrently: 4,
    eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
      const producer = await producerOf(batch.partition);
      for (let at = 0; at < batch.messages.length; at += 8) {
        const messages = batch.messages.slice(at, at + 8);
        const transaction = await producer.transaction();
        // One request a message: a topic's limit holds for the batch that a request makes.
        for (const { key, value, headers } of messages)
          await transaction.send({
            topic: to,
            messages: [
              { key, value, partition: batch.partition, ...(headers === undefined ? {} : { headers }) },
            ],
          });
        const offset = String(Number(messages.at(-1)!.offset) + 1);
        await transaction.sendOffsets({
          consumerGroupId: `${to}-copy`,
          topics: [{ topic: from, partitions: [{ partition: batch.partition, offset }] }],
        });
        await transaction.commit();
        resolveOffset(messages.at(-1)!.offset);
        await heartbeat();
        copied += messages.length;
        bytes += messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
        first ??= { ms: performance.now(), messages: copied };
        if (copied >= Number(wanted)) resolve();
      }
    },
  });
});
await done;
const seconds = (performance.now() - first!.ms) / 1000;
process.stdout.write(JSON.stringify({ messages: copied - first!.messages, bytes, seconds }));
process.exit(0);
