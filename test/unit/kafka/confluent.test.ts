import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test from 'node:test';
import type { KafkaConnection } from '../../../lib/kafka/client.js';
import { confluentVersion, findConfluent, loadConfluent } from '../../../lib/kafka/confluent/binding.js';
import { ConfluentClient } from '../../../lib/kafka/confluent/client.js';
import { producerSettings, readerSettings } from '../../../lib/kafka/confluent/settings.js';
import { inFolder } from '../../support/cli.js';
import { connectionTo } from '../../support/kafka/clients.js';
import { isCode } from '../../support/kafka/fake-context.js';
import { FakeRdkafka } from '../../support/kafka/fake-rdkafka.js';

test('the package is looked for where it is said to be, and what is wrong with it is told with the cure', async () => {
  await inFolder(async (folder) => {
    const environment = { RMMSTREAM_CONFLUENT: folder };
    assert.equal(findConfluent(environment), undefined);
    assert.throws(
      () => loadConfluent(environment),
      isCode('kafka_client_missing', /not installed.*clients\.md/),
    );
    const inside = join(folder, '@confluentinc', 'kafka-javascript');
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'package.json'), '{"version":"9.8.7","main":"index.js"}');
    writeFileSync(join(inside, 'index.js'), 'throw new Error("Could not locate the bindings file");');
    assert.equal(findConfluent(environment), inside);
    assert.throws(
      () => loadConfluent(environment),
      isCode('kafka_client_missing', /does not load.*Could not locate the bindings file; .*clients\.md/),
    );
    writeFileSync(join(inside, 'index.js'), 'exports.librdkafkaVersion = "2.0.0";');
    assert.equal(confluentVersion(environment), '9.8.7 (librdkafka 2.0.0)');
    // As it is typed in a shell, from where one is.
    const here = { RMMSTREAM_CONFLUENT: relative(process.cwd(), folder) };
    assert.equal(confluentVersion(here), '9.8.7 (librdkafka 2.0.0)');
  });
});

test('a librdkafka without the compression that is asked for is refused', () => {
  const connection = connectionTo(['broker:1'], { client: 'confluent', compression: 'zstd' });
  assert.throws(
    () => new ConfluentClient(new FakeRdkafka(), connection),
    isCode('kafka_client_missing', /zstd/),
  );
});

test('connections are encrypted and logged in as the configuration says', () => {
  const tls = { ca: 'CA', cert: undefined, key: undefined };
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const;
  const of = (more: Partial<KafkaConnection>) => producerSettings(connectionTo(['a:1', 'b:2'], more), 'id');
  assert.equal(of({})['security.protocol'], 'plaintext');
  assert.equal(of({})['metadata.broker.list'], 'a:1,b:2');
  assert.equal(of({ tls })['security.protocol'], 'ssl');
  assert.equal(of({ sasl })['security.protocol'], 'sasl_plaintext');
  const both = of({ tls, sasl });
  assert.equal(both['security.protocol'], 'sasl_ssl');
  assert.equal(both['sasl.mechanisms'], 'SCRAM-SHA-512');
  assert.equal(both['ssl.ca.pem'], 'CA');
  assert.ok(!('ssl.key.pem' in both));
  // librdkafka refuses a message that may wait longer than its transaction.
  const hasty = of({ requestTimeoutMs: 30_000, transactionTimeoutMs: 1000 });
  assert.equal(hasty['message.timeout.ms'], 1000);
});

test('what a reader holds follows from what is asked for', () => {
  const fetch = { offset: 0, maxBytes: 16 << 20, maxWaitMs: 100 };
  const settings = readerSettings(connectionTo(['a:1']), 't', fetch, () => undefined);
  const queueBytes = 1024 * Number(settings['queued.max.messages.kbytes']);
  assert.ok(queueBytes + Number(settings['fetch.message.max.bytes']) <= fetch.maxBytes);
  assert.equal(settings['isolation.level'], 'read_committed');
});
