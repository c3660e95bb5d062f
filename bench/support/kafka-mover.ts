/**
 * Writes a topic in transactions and reads it back with one client, in a process of its own; prints the bytes per
 * second of both as JSON. Both clocks start when the first bytes of every partition have come through and stop at
 * the last ones, so that neither connecting, joining a group nor closing counts.
 * usage: node dist/bench/support/kafka-mover.js plain|kafkajs|confluent BROKER TOPIC MESSAGE_BYTES MESSAGES
 */
import { randomFillSync } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { openKafka } from '../../lib/kafka/open.js';
import { connectionTo } from '../../test/support/kafka/clients.js';

const [client = '', broker = '', topic = '', bytesText = '0', messagesText = '0'] = process.argv.slice(2);
const messageBytes = Number(bytesText);
const partitions = 4;
/** As many as a hop of the engine takes at once, or a few megabytes of small ones. */
const perTransaction = Math.max(4, Math.floor(4_000_000 / messageBytes));
const transactions = Math.ceil(Number(messagesText) / partitions / perTransaction);
const fetchBytes = 8 << 20;

/** Writes one transaction to a partition. */
type Write = () => Promise<unknown>;

interface Mover {
  writer(partition: number): Promise<Write>;
  /** Reads every partition; tells how many bytes came each time; resolves when `total` have come. */
  read(total: number, onBytes: (partition: number, bytes: number) => void): Promise<void>;
  close(): Promise<void>;
}

function values(): Buffer[] {
  return Array.from({ length: perTransaction }, () => randomFillSync(Buffer.alloc(messageBytes)));
}

function plain(): Mover {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const open: { disconnect(): Promise<void> }[] = [];
  return {
    async writer(partition) {
      const transactionalId = `${topic}.plain.${partition}`;
      const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
      await producer.connect();
      open.push(producer);
      const messages = values().map((value) => ({ value, partition }));
      return async () => {
        const transaction = await producer.transaction();
        await transaction.send({ topic, acks: -1, messages });
        await transaction.commit();
      };
    },
    async read(total, onBytes) {
      const consumer = kafka.consumer({
        groupId: `${topic}.plain`,
        maxWaitTimeInMs: 100,
        maxBytesPerPartition: fetchBytes,
        maxBytes: partitions * fetchBytes,
      });
      open.push(consumer);
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      let seen = 0;
      await new Promise<void>((resolve) => {
        void consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: partitions,
          eachBatch: async ({ batch }) => {
            const bytes = batch.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
            onBytes(batch.partition, bytes);
            seen += bytes;
            if (seen >= total) resolve();
          },
        });
      });
    },
    async close() {
      for (const one of open) await one.disconnect();
    },
  };
}

async function ours(name: 'kafkajs' | 'confluent'): Promise<Mover> {
  const kafka = await openKafka(connectionTo([broker], { client: name, requestTimeoutMs: 60_000 }));
  return {
    async writer(partition) {
      const producer = await kafka.producer(`${topic}.${name}.${partition}`);
      const messages = values().map((value) => ({ key: null, value, headers: {} }));
      return () => producer.transaction((transaction) => transaction.send(topic, partition, messages));
    },
    async read(total, onBytes) {
      let left = total;
      const one = async (partition: number): Promise<void> => {
        const reader = kafka.reader(topic, partition);
        for (let offset = 0; left > 0; ) {
          const fetched = await reader.fetch({ offset, maxBytes: fetchBytes, maxWaitMs: 100 });
          const bytes = fetched.messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
          onBytes(partition, bytes);
          left -= bytes;
          offset = fetched.nextOffset;
        }
        await reader.close();
      };
      await Promise.all(Array.from({ length: partitions }, (_, partition) => one(partition)));
    },
    close: () => kafka.close(),
  };
}

async function write(mover: Mover): Promise<number> {
  const writers = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => mover.writer(partition)),
  );
  await Promise.all(writers.map((one) => one()));
  const began = performance.now();
  await Promise.all(
    writers.map(async (one) => {
      for (let k = 1; k < transactions; k += 1) await one();
    }),
  );
  const bytes = (transactions - 1) * partitions * perTransaction * messageBytes;
  return bytes / ((performance.now() - began) / 1000);
}

async function read(mover: Mover): Promise<number> {
  const begun = new Set<number>();
  let began: number | undefined;
  let ended = 0;
  let bytes = 0;
  await mover.read(transactions * partitions * perTransaction * messageBytes, (partition, count) => {
    if (count > 0) ended = performance.now();
    if (began !== undefined) bytes += count;
    else if (count > 0 && begun.add(partition).size === partitions) began = performance.now();
  });
  if (bytes === 0) throw new Error('everything came before the clock started: move more');
  return bytes / ((ended - began!) / 1000);
}

const mover = client === 'plain' ? plain() : await ours(client as 'kafkajs' | 'confluent');
const result = { produce: await write(mover), consume: await read(mover) };
await mover.close();
process.stdout.write(JSON.stringify(result));
