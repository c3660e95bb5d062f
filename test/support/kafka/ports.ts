import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Free ports of 127.0.0.1, below those that the system gives to outgoing connections: a broker that is killed
 * must find its port free when it comes back.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(15_000, 32_000);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** Whether somebody listens at host:port. */
export function isOpen(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
