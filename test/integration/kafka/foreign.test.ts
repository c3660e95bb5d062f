import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { readAll } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

/** Headers, key and value; NULL stands for nothing at all, which is something else than an empty text. */
const lines = [
  'a:1\tgone\tNULL',
  'a:1\tempty\t',
  'none:NULL,empty:,twice:1,twice:2\t\tvalue',
  '7:seven,constructor:c\tNULL\tno key',
];

/** Writes lines with Kafka's own producer. */
async function writeByJava(topic: string, codec = 'none'): Promise<void> {
  const file = join(cluster!.nodeFolder(1), 'lines.txt');
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  const properties = ['parse.headers=true', 'parse.key=true', 'null.marker=NULL'];
  const args = ['--bootstrap-server', cluster!.brokers[0]!, '--topic', topic, '--compression-codec', codec];
  for (const property of properties) args.push('--reader-property', property);
  const result = await cluster!.java('org.apache.kafka.tools.ConsoleProducer', args, file);
  assert.equal(result.code, 0, result.stderr);
}

for (const name of clientNames)
  test(`${name}: what others write is read as it is: no value, no key, headers of every kind`, {
    skip: kafkaSkip,
  }, async () => {
    const client = await openForTest(cluster!.brokers, { client: name });
    const topic = await makeTopic(client);
    await writeByJava(topic);
    const read = (await readAll(client, topic)).map(({ key, value, headers }) => ({
      key,
      value: value === null ? null : Buffer.from(value).toString(),
      headers: [...headers].map(([header, text]) => `${header}=${text}`).sort(),
    }));
    assert.deepEqual(read, [
      { key: 'gone', value: null, headers: ['a=1'] },
      { key: 'empty', value: '', headers: ['a=1'] },
      { key: '', value: 'value', headers: ['empty=', 'none=', 'twice=2'] },
      { key: null, value: 'no key', headers: ['7=seven', 'constructor=c'] },
    ]);
  });

for (const name of clientNames)
  test(`${name}: what others compress by snappy holds nobody up`, { skip: kafkaSkip }, async () => {
    const client = await openForTest(cluster!.brokers, { client: name });
    const topic = await makeTopic(client);
    await writeByJava(topic, 'snappy');
    await writeByJava(topic);
    const read = await readAll(client, topic);
    assert.deepEqual(
      read.map(({ offset }) => offset),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    // librdkafka reads it.
    const packed = name === 'confluent' ? [] : read.slice(0, 4);
    for (const { unreadable } of packed) assert.match(unreadable!, /snappy/);
    assert.ok(read.slice(packed.length).every(({ unreadable }) => unreadable === undefined));
  });
