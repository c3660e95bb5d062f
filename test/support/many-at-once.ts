import { Agent, request } from 'node:http';
import { connect } from 'node:net';

/**
 * Sends the same request many times in one piece, and reads nothing until that is done.
 * @returns how many answers came before the connection was ended
 */
export function manyAtOnce(port: number, path: string, times: number): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (part) => {
      text += String(part);
    });
    // Ended with what it has sent unread, it may also be reset.
    socket.on('error', () => {});
    socket.on('close', () => resolve(text.split('HTTP/1.1 ').length - 1));
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(times));
  });
}

/** Asks again and again on one connection, one after the other. @returns the answers, and how many connections it took */
export async function oneAfterTheOther(port: number, path: string, times: number): Promise<[number, number]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  let answers = 0;
  try {
    for (let time = 0; time < times; time += 1) {
      await new Promise<void>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, agent }, (response) => {
          ports.add(response.socket.localPort);
          response.resume().on('end', () => {
            answers += Number(response.statusCode === 200);
            resolve();
          });
        });
        asked.on('error', reject).end();
      });
    }
  } finally {
    agent.destroy();
  }
  return [answers, ports.size];
}
