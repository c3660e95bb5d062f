import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { Link } from '../../../lib/kafka/kafkajs/link.js';
import { linkContext, standIn } from '../../support/kafka/stand-in.js';

const heartbeat = { groupId: 'g', groupGenerationId: 1, memberId: 'm' };

function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

test('a broker that is silent is told within the time of a request, and its connection is given up', async (context) => {
  const { address } = await standIn(context);
  const link = await Link.open(linkContext({ requestTimeoutMs: 300 }), address);
  const asked = [1, 2].map(() => link.ask('Heartbeat', heartbeat, 'staying'));
  for (const answer of asked)
    await assert.rejects(answer, isCode('kafka_unreachable', /did not answer in 300 ms/));
  assert.equal(link.isOpen, false);
  await assert.rejects(link.ask('Heartbeat', heartbeat, 'staying'), isCode('kafka_unreachable'));
});

test('requests end when the connection does, those too that are not yet on their way', async (context) => {
  const { address, sockets } = await standIn(context);
  const closed = await Link.open(linkContext({ requestTimeoutMs: 60_000 }), address);
  const waiting = closed.ask('Heartbeat', heartbeat, 'staying');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const encoding = closed.ask('Heartbeat', heartbeat, 'staying');
  closed.close();
  for (const answer of [waiting, encoding]) await assert.rejects(answer, isCode('kafka_closed'));

  const lost = await Link.open(linkContext({ requestTimeoutMs: 60_000 }), address);
  const before = lost.ask('Heartbeat', heartbeat, 'staying');
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const socket of sockets) socket.destroy();
  await assert.rejects(before, isCode('kafka_unreachable'));
  assert.equal(lost.isOpen, false);
});

test('nobody at an address, and somebody who never answers', async (context) => {
  const { address } = await standIn(context);
  await assert.rejects(
    Link.open(linkContext({ requestTimeoutMs: 1000 }), '127.0.0.1:1'),
    isCode('kafka_unreachable', /127\.0\.0\.1:1/),
  );
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  context.after(() => mute.close());
  const { port } = mute.address() as { port: number };
  await assert.rejects(
    Link.open(linkContext({ requestTimeoutMs: 1000 }), `127.0.0.1:${port}`),
    isCode('kafka_unreachable', /in time/),
  );
  (await Link.open(linkContext({ requestTimeoutMs: 1000 }), address)).close();
});

test('a broker without a version in common is named', async (context) => {
  const { address } = await standIn(context, undefined, 1);
  const link = await Link.open(linkContext({ requestTimeoutMs: 1000 }), address);
  await assert.rejects(
    link.ask('Heartbeat', heartbeat, 'staying'),
    isCode(
      'kafka_version_unsupported',
      /versions 0 to 1 of the request Heartbeat, this client speaks version 3/,
    ),
  );
  link.close();
});
