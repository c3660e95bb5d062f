import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { Link } from '../../../lib/kafka/kafkajs/link.js';
import { type Asked, apiKeys, linkContext, standIn } from '../../support/kafka/stand-in.js';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type Mechanism = (typeof mechanisms)[number];

function handshake(mechanism: string): Buffer {
  const name = Buffer.from(mechanism.toUpperCase());
  const body = Buffer.alloc(2 + 4 + 2);
  body.writeInt32BE(1, 2);
  body.writeInt16BE(name.length, 6);
  return Buffer.concat([body, name]);
}

/** Answer to SaslAuthenticate, version 1. */
function said(code: number, text: string): Buffer {
  const head = Buffer.alloc(4);
  head.writeInt16BE(code, 0);
  head.writeInt16BE(text.length, 2);
  return Buffer.concat([head, Buffer.from(text), Buffer.alloc(4 + 8)]);
}

/** Why a broker that answers so to the log-in itself cannot be used. */
async function failure(
  context: test.TestContext,
  mechanism: Mechanism,
  answer: (asked: Asked) => Buffer | undefined,
  known: string = mechanism,
): Promise<RmmError> {
  const { address } = await standIn(context, (asked) =>
    asked.apiKey === apiKeys.saslHandshake ? handshake(known) : answer(asked),
  );
  const sasl = { mechanism, username: 'ana', password: 'a secret' };
  const error = await Link.open(linkContext({ sasl }), address).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RmmError);
  return error;
}

const losses: Readonly<Record<string, (socket: Socket) => unknown>> = {
  ended: (socket) => socket.end(),
  destroyed: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
};

for (const mechanism of mechanisms) {
  for (const [how, lose] of Object.entries(losses))
    test(`a connection that is ${how} during the log-in of ${mechanism} is tried again`, async (context) => {
      const error = await failure(context, mechanism, ({ socket }) => {
        lose(socket);
        return undefined;
      });
      assert.equal(error.code, 'kafka_unreachable', error.message);
      assert.equal(error.spec.retry, true);
    });

  test(`a broker that refuses the credentials of ${mechanism} is not asked again`, async (context) => {
    const error = await failure(context, mechanism, () => said(58, 'wrong password'));
    assert.equal(error.code, 'kafka_refused');
    assert.match(error.message, /refused the log-in of kafka\.sasl .*wrong password/);
  });

  test(`nor is one that does not know ${mechanism}`, async (context) => {
    const error = await failure(context, mechanism, () => undefined, 'gssapi');
    assert.equal(error.code, 'kafka_refused');
    assert.match(error.message, /not supported by the server/);
  });
}

test('a broker that fails in the log-in for another reason is tried again', async (context) => {
  const error = await failure(context, 'plain', () => said(-1, ''));
  assert.equal(error.code, 'kafka_request_failed', error.message);
  assert.equal(error.spec.retry, true);
});

test('so is one that does not answer in it', async (context) => {
  const { address } = await standIn(context, ({ apiKey }) =>
    apiKey === apiKeys.saslHandshake ? handshake('plain') : undefined,
  );
  const sasl = { mechanism: 'plain', username: 'ana', password: 'a secret' } as const;
  await assert.rejects(
    Link.open(linkContext({ sasl, requestTimeoutMs: 300 }), address),
    (error) => error instanceof RmmError && error.code === 'kafka_unreachable',
  );
});
