/**
 * What the Kafka clients move through a real broker on the same machine, without doing anything with it: kafkajs
 * as it is on npm, ours, and the optional one where it is installed. Transactions of a few megabytes, acknowledged
 * by all, four partitions; every round runs each client once, in a process of its own, and the medians count.
 * usage: node dist/bench/kafka-client.js [--rounds 5] [--megabytes 400]
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { openKafka } from '../lib/kafka/open.js';
import { clientNames, connectionTo } from '../test/support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../test/support/kafka/cluster.js';
import { median, option, print, printRatio } from './support/measured.js';

const rounds = Number(option('rounds', '5'));
const megabytes = Number(option('megabytes', '400'));
const sizes = [
  { name: '1 MB', bytes: 1_000_000 },
  { name: '100 KB', bytes: 100_000 },
  { name: '1 KB', bytes: 1000 },
];
const ways = ['produce', 'consume'] as const;
type Rates = Readonly<Record<(typeof ways)[number], number>>;
const clients = ['plain', ...clientNames] as const;

function move(client: string, broker: string, topic: string, bytes: number): Rates {
  const script = join(packageRoot, 'dist', 'bench', 'support', 'kafka-mover.js');
  // Small messages take each client longer.
  const messages = (megabytes * 1e6 * (bytes < 10_000 ? 0.25 : 1)) / bytes;
  const args = [script, client, broker, topic, String(bytes), String(messages)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(`${client} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Rates;
}

if (kafkaSkip !== false) {
  process.stderr.write(
    `bench of the Kafka clients: ${kafkaSkip}; it starts a real broker with Java and Maven\n`,
  );
  process.exit(1);
}
const cluster = await startKafka();
try {
  const broker = cluster.brokers[0]!;
  const kafka = await openKafka(connectionTo([broker]));
  for (const { name, bytes } of sizes) {
    const rates = new Map<string, Rates[]>(clients.map((client) => [client, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const client of clients) {
        const topic = `bench-${bytes}-${round}-${client}`;
        const settings = { 'max.message.bytes': String(16 << 20), 'file.delete.delay.ms': '100' };
        await kafka.admin.createTopics([{ name: topic, partitions: 4, replication: 1, settings }]);
        rates.get(client)!.push(move(client, broker, topic, bytes));
        await kafka.admin.deleteTopics([topic]);
      }
    for (const way of ways) {
      const of = (client: string) => median(rates.get(client)!.map((one) => one[way])) / 1e6;
      print(
        `${name} ${way}: ${clients.map((client) => `${client} ${of(client).toFixed(0)}`).join(', ')} MB/s`,
      );
      printRatio(`kafka-client ours / plain ${name} ${way}`, of('kafkajs') / of('plain'));
      if (clients.includes('confluent'))
        print(`confluent / ours ${(of('confluent') / of('kafkajs')).toFixed(2)}`);
    }
  }
  await kafka.close();
} finally {
  await cluster.stop();
}
process.exit(0);
