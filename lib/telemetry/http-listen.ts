import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';

/** An answer still on its way at the end has this long. */
const closingMs = 250;

/** What a server grants to whoever asks: a request comes at once and is small, or it is not answered. */
export const requestLimits = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
} as const;

/**
 * One request of a connection at a time: one that comes before the answer to the last has gone ends the connection.
 * Requests that come in one piece would all be answered at once, whether anybody reads or not. Browsers, Prometheus and
 * curl ask one after the other.
 */
export function oneByOne(answer: RequestListener): RequestListener {
  const busy = new WeakSet<Socket>();
  return (request, response) => {
    const { socket } = request;
    if (busy.has(socket)) {
      socket.destroy();
      return;
    }
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
    answer(request, response);
  };
}

/** What host and port are called where a person gives them. */
export interface AddressNames {
  readonly host: string;
  readonly port: string;
}

/**
 * Listens; a connection that cannot be accepted later on (no file handles left) ends nothing.
 * @param unusable the error to throw where the address cannot be had, made from why
 */
export function listenOn(
  server: Server,
  address: { readonly host: string; readonly port: number },
  keys: AddressNames,
  unusable: (why: string, error: NodeJS.ErrnoException) => Error,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unusable(whyUnusable(error, keys), error)));
    server.listen(address, () => {
      server.removeAllListeners('error');
      server.on('error', () => {});
      resolve();
    });
  });
}

function whyUnusable(error: NodeJS.ErrnoException, { host, port }: AddressNames): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `another process has it; choose another ${port}, or 0 for a free one`;
    case 'EACCES':
      return `this user may not take it; choose a ${port} of 1024 or above, or 0 for a free one`;
    case 'EADDRNOTAVAIL':
      return `this machine has no such address; choose one of its own as ${host}, or 127.0.0.1`;
    case 'ENOTFOUND':
      return `the name leads to no address; choose an address of this machine as ${host}`;
    default:
      return `${error.message}; choose another ${host} or ${port}`;
  }
}

/** Ends at once but for answers that are on their way, which get a moment. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), closingMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
