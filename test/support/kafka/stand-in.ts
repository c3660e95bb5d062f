import { createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { LinkContext } from '../../../lib/kafka/kafkajs/link.js';
import { Notes } from '../../../lib/kafka/notes.js';
import { connectionTo } from './clients.js';

/** A request as it came: its kind, its number, and its bytes behind their length. */
export interface Asked {
  readonly apiKey: number;
  readonly correlation: number;
  readonly bytes: Buffer;
  readonly socket: Socket;
}

/** What a stand-in answers: the body behind the number of the request; undefined for nothing, ever. */
export type Answering = (asked: Asked) => Buffer | undefined;

export const apiKeys = { metadata: 3, groupCoordinator: 10, saslHandshake: 17, apiVersions: 18 } as const;

export interface StandIn {
  readonly address: string;
  readonly sockets: Socket[];
  /** Kinds of the requests that came, in order, without the one for the versions. */
  readonly asked: number[];
}

/** Every request in the versions 0 to `most` (ApiVersions, version 2). */
function apiVersions(most: number): Buffer {
  const count = 60;
  const body = Buffer.alloc(2 + 4 + 6 * count + 4);
  body.writeInt32BE(count, 2);
  for (let key = 0; key < count; key += 1) {
    body.writeInt16BE(key, 6 + 6 * key);
    body.writeInt16BE(most, 6 + 6 * key + 4);
  }
  return body;
}

/** A broker that tells its versions, and of everything else what the test says; by default it is silent. */
export async function standIn(
  context: TestContext,
  answer: Answering = () => undefined,
  most = 20,
): Promise<StandIn> {
  const sockets: Socket[] = [];
  const asked: number[] = [];
  const take = (request: Asked): Buffer | undefined => {
    if (request.apiKey === apiKeys.apiVersions) return apiVersions(most);
    asked.push(request.apiKey);
    return answer(request);
  };
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    let waiting = Buffer.alloc(0);
    socket.on('data', (piece) => {
      waiting = Buffer.concat([waiting, piece]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE(0)) {
        const bytes = waiting.subarray(4, 4 + waiting.readInt32BE(0));
        waiting = waiting.subarray(4 + bytes.length);
        const correlation = bytes.readInt32BE(4);
        const body = take({ apiKey: bytes.readInt16BE(0), correlation, bytes, socket });
        if (body === undefined) continue;
        const head = Buffer.alloc(8);
        head.writeInt32BE(4 + body.length, 0);
        head.writeInt32BE(correlation, 4);
        socket.write(Buffer.concat([head, body]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { address: `127.0.0.1:${port}`, sockets, asked };
}

/** What connections to stand-ins share. */
export function linkContext(more: Parameters<typeof connectionTo>[1] = {}): LinkContext {
  const connection = connectionTo([], more);
  return { connection, notes: new Notes(connection.onNote), open: new Set() };
}
