import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { Link, type LinkContext } from '../../../lib/kafka/kafkajs/link.js';
import { Notes } from '../../../lib/kafka/notes.js';
import { connectionTo } from '../../support/kafka/clients.js';

/** Answer to ApiVersions, version 2: every request in the versions 0 to `most`. */
function apiVersions(correlation: number, most: number): Buffer {
  const apis = Array.from({ length: 60 }, (_, key) => key);
  const answer = Buffer.alloc(4 + 4 + 2 + 4 + 6 * apis.length + 4);
  answer.writeInt32BE(answer.length - 4, 0);
  answer.writeInt32BE(correlation, 4);
  answer.writeInt32BE(apis.length, 10);
  for (const key of apis) {
    answer.writeInt16BE(key, 14 + 6 * key);
    answer.writeInt16BE(most, 14 + 6 * key + 4);
  }
  return answer;
}

/** A broker that tells its versions and is silent ever after. */
async function silentBroker(
  context: TestContext,
  most = 20,
): Promise<{ address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.once('data', (request) => socket.write(apiVersions(request.readInt32BE(8), most)));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, sockets };
}

function contextOf(requestTimeoutMs: number): LinkContext {
  return {
    connection: connectionTo([], { requestTimeoutMs }),
    notes: new Notes(() => undefined),
    open: new Set(),
  };
}

const heartbeat = { groupId: 'g', groupGenerationId: 1, memberId: 'm' };

function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

test('a broker that is silent is told within the time of a request, and its connection is given up', async (context) => {
  const { address } = await silentBroker(context);
  const link = await Link.open(contextOf(300), address);
  const asked = [1, 2].map(() => link.ask('Heartbeat', heartbeat, 'staying'));
  for (const answer of asked)
    await assert.rejects(answer, isCode('kafka_unreachable', /did not answer in 300 ms/));
  assert.equal(link.isOpen, false);
  await assert.rejects(link.ask('Heartbeat', heartbeat, 'staying'), isCode('kafka_unreachable'));
});

test('requests end when the connection does, those too that are not yet on their way', async (context) => {
  const { address, sockets } = await silentBroker(context);
  const closed = await Link.open(contextOf(60_000), address);
  const waiting = closed.ask('Heartbeat', heartbeat, 'staying');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const encoding = closed.ask('Heartbeat', heartbeat, 'staying');
  closed.close();
  for (const answer of [waiting, encoding]) await assert.rejects(answer, isCode('kafka_closed'));

  const lost = await Link.open(contextOf(60_000), address);
  const before = lost.ask('Heartbeat', heartbeat, 'staying');
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (const socket of sockets) socket.destroy();
  await assert.rejects(before, isCode('kafka_unreachable'));
  assert.equal(lost.isOpen, false);
});

test('nobody at an address, and somebody who never answers', async (context) => {
  const { address } = await silentBroker(context);
  await assert.rejects(
    Link.open(contextOf(1000), '127.0.0.1:1'),
    isCode('kafka_unreachable', /127\.0\.0\.1:1/),
  );
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  context.after(() => mute.close());
  const { port } = mute.address() as { port: number };
  await assert.rejects(
    Link.open(contextOf(1000), `127.0.0.1:${port}`),
    isCode('kafka_unreachable', /in time/),
  );
  (await Link.open(contextOf(1000), address)).close();
});

test('a broker without a version in common is named', async (context) => {
  const { address } = await silentBroker(context, 1);
  const link = await Link.open(contextOf(1000), address);
  await assert.rejects(
    link.ask('Heartbeat', heartbeat, 'staying'),
    isCode(
      'kafka_version_unsupported',
      /versions 0 to 1 of the request Heartbeat, this client speaks version 3/,
    ),
  );
  link.close();
});
