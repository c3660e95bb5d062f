import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, readAll, texts } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

const codecs = ['none', 'gzip', 'lz4', 'zstd'] as const;

/** Bytes that shrink, and do not repeat within a block of any codec. */
function shrinking(length: number, seed: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < length; at += 64) {
    const digest = createHash('sha256').update(`${seed} ${at}`).digest();
    parts.push(digest, Buffer.alloc(32));
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** What Kafka's own consumer prints of a topic, one line a message. */
async function readByJava(topic: string, count: number): Promise<string[]> {
  const result = await cluster!.java('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...['--bootstrap-server', cluster!.brokers[0]!, '--topic', topic, '--from-beginning'],
    ...['--max-messages', String(count), '--timeout-ms', '20000', '--isolation-level', 'read_committed'],
    ...['--formatter-property', 'print.headers=true', '--formatter-property', 'print.key=true'],
  ]);
  assert.equal(result.code, 0, result.stderr);
  return result.stdout.toString().trim().split('\n');
}

/** Writes lines with Kafka's own producer. */
async function writeByJava(topic: string, lines: readonly string[], codec: string): Promise<void> {
  const file = join(cluster!.nodeFolder(1), 'lines.txt');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  const args = ['--bootstrap-server', cluster!.brokers[0]!, '--topic', topic, '--compression-codec', codec];
  const result = await cluster!.java('org.apache.kafka.tools.ConsoleProducer', args, file);
  assert.equal(result.code, 0, result.stderr);
}

for (const name of clientNames)
  for (const compression of codecs) {
    const client =
      cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name, compression });
    const options = { skip: kafkaSkip };

    test(
      `${name}, ${compression}: what is written is read back, small, large and empty`,
      options,
      async () => {
        const topic = await makeTopic(client);
        const values = [
          shrinking(3_000_000, 'a'),
          Buffer.alloc(0),
          Buffer.alloc(1_000_000),
          Buffer.from('x'),
        ];
        const producer = await client.producer(`${topic}.tx`);
        await producer.transaction((transaction) =>
          transaction.send(
            topic,
            0,
            values.map((value, index) => ({ key: String(index), value, headers: { n: String(index) } })),
          ),
        );
        await producer.close();
        const messages = await readAll(client, topic);
        assert.equal(messages.length, values.length);
        for (const [index, { key, value, headers }] of messages.entries()) {
          assert.deepEqual([key, headers.get('n')], [String(index), String(index)]);
          assert.ok(values[index]!.equals(value!), `message ${index}`);
        }
      },
    );

    test(
      `${name}, ${compression}: Kafka's own consumer reads what we write, and we what its producer writes`,
      options,
      async () => {
        const topic = await makeTopic(client);
        const producer = await client.producer(`${topic}.tx`);
        await producer.transaction((transaction) =>
          transaction.send(topic, 0, [
            message('one '.repeat(500), 'k', { schema: 'v1', unit: 'GeV²' }),
            message('two'),
          ]),
        );
        await producer.close();
        assert.deepEqual(await readByJava(topic, 2), [
          `schema:v1,unit:GeV²\tk\t${'one '.repeat(500)}`,
          'NO_HEADERS\tnull\ttwo',
        ]);
        const lines = Array.from(
          { length: 300 },
          (_, index) => `line ${index} ${'of many '.repeat(index % 50)}`,
        );
        await writeByJava(topic, lines, compression);
        assert.deepEqual(texts(await readAll(client, topic)).slice(2), lines);
      },
    );
  }
