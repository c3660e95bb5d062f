import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { KafkaConnection } from '../../../lib/kafka/client.js';
import { openKafka } from '../../../lib/kafka/open.js';
import { Authority, opensslSkip } from '../../support/kafka/certificates.js';
import { clientNames, connectionTo, makeTopic } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isShared, joinWatched } from '../../support/kafka/members.js';
import { message, readAll, texts, until } from '../../support/kafka/read-all.js';

const skip = kafkaSkip === false ? opensslSkip : kafkaSkip;

interface Setting {
  readonly ours: Authority;
  readonly theirs: Authority;
  /** With encryption and log-in. */
  readonly secure: KafkaCluster;
  /** Asks clients for a certificate. */
  readonly mutual: KafkaCluster;
}

async function prepare(): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-tls-'));
  const ours = new Authority(folder, 'ours');
  const theirs = new Authority(folder, 'theirs');
  const sasl = { username: user.username, password: user.password };
  const [secure, mutual] = await Promise.all([
    startKafka({ sasl, tls: { keystore: ours.keystore('broker') } }),
    startKafka({ tls: { keystore: ours.keystore('broker-2'), clientAuthority: ours.path('pem') } }),
  ]);
  after(async () => {
    await Promise.all([secure.stop(), mutual.stop()]);
    rmSync(folder, { recursive: true });
  });
  return { ours, theirs, secure, mutual };
}

const user = { mechanism: 'scram-sha-256', username: 'ana', password: 'a secret' } as const;
const noKeys = { cert: undefined, key: undefined };
const { ours, theirs, secure, mutual } = skip === false ? await prepare() : ({} as Partial<Setting>);
const tls = { ca: ours?.cert, ...noKeys };

/** Writes, reads and joins: every kind of connection. */
async function worksWith(connection: KafkaConnection): Promise<void> {
  const client = await openKafka(connection);
  try {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    await producer.transaction((transaction) => transaction.send(topic, 0, [message('safe')]));
    assert.deepEqual(texts(await readAll(client, topic)), ['safe']);
    const member = joinWatched(client, topic, topic);
    await until('it has joined', () => isShared([member], 1));
  } finally {
    await client.close();
  }
}

async function isRefused(connection: KafkaConnection, pattern: RegExp): Promise<void> {
  await assert.rejects(
    openKafka(connection),
    (error) => {
      assert.ok(error instanceof RmmError, String(error));
      assert.equal(error.code, 'kafka_refused', error.message);
      assert.match(error.message, pattern);
      assert.ok(!error.message.includes('not the secret'), 'no secret in a message');
      return true;
    },
    String(pattern),
  );
}

for (const client of clientNames) {
  const options = { skip };

  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const)
    test(`${client}: log-in with ${mechanism} over TLS`, options, async () => {
      await worksWith(connectionTo(secure!.brokers, { client, tls, sasl: { ...user, mechanism } }));
    });

  test(`${client}: a wrong password is refused, with every mechanism`, options, async () => {
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const sasl = { ...user, mechanism, password: 'not the secret' };
      await isRefused(connectionTo(secure!.brokers, { client, tls, sasl }), /kafka\.sasl/);
    }
  });

  test(`${client}: a broker whose certificate is not to be trusted is refused`, options, async () => {
    const wrong = { ca: theirs!.cert, ...noKeys };
    await isRefused(connectionTo(secure!.brokers, { client, tls: wrong, sasl: user }), /kafka\.tls/);
    const system = { ca: undefined, ...noKeys };
    await isRefused(connectionTo(secure!.brokers, { client, tls: system, sasl: user }), /kafka\.tls/);
  });

  test(`${client}: a client certificate is sent where brokers ask for one`, options, async () => {
    await worksWith(connectionTo(mutual!.brokers, { client, tls: { ...tls, ...ours!.identity('client') } }));
    await isRefused(connectionTo(mutual!.brokers, { client, tls }), /kafka\.tls/);
    const foreign = { ...tls, ...theirs!.identity('stranger') };
    await isRefused(connectionTo(mutual!.brokers, { client, tls: foreign }), /kafka\.tls/);
  });

  test(
    `${client}: without encryption or log-in where they are needed, the message says what to look at`,
    options,
    async () => {
      for (const connection of [
        connectionTo(secure!.brokers, { client, requestTimeoutMs: 3000 }),
        connectionTo(secure!.brokers, { client, requestTimeoutMs: 3000, tls }),
        connectionTo(secure!.plainBrokers, { client, requestTimeoutMs: 3000, tls }),
      ])
        await assert.rejects(
          openKafka(connection),
          (error) => error instanceof RmmError && /kafka\.(tls|sasl)/.test(error.message),
        );
    },
  );
}
