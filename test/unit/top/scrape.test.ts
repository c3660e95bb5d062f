import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { metricsPage, reachable } from '../../../services/top/addresses.js';
import { scrape } from '../../../services/top/scrape.js';

async function scraped(listener: RequestListener, timeoutMs = 5_000) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const page = metricsPage(`127.0.0.1:${port}`);
    const signal = new AbortController().signal;
    return await scrape('a', page, { timeoutMs, signal, nowMs: () => 7 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('the page of a service is asked for and read', async () => {
  let asked = '';
  const { samples, problem, atMs } = await scraped((request, response) => {
    asked = `${request.method} ${request.url}`;
    response.end('# HELP x\nrmmstream_build_info{version="1"} 1\nother 2\n');
  });
  assert.equal(asked, 'GET /metrics');
  assert.deepEqual([samples.length, problem, atMs], [1, undefined, 7]);
});

test('whatever goes wrong is said: another page, a redirection, silence, a flood', async () => {
  const { problem: other } = await scraped((_, response) => response.end('<html>hello</html>'));
  assert.equal(other, 'has no metrics of rmmstream');
  const { problem: moved } = await scraped((_, response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:1/metrics' }).end();
  });
  assert.equal(moved, 'answers 302');
  const { problem: silent } = await scraped(() => undefined, 100);
  assert.equal(silent, 'no answer within 100 ms');
  let sent = 0;
  const { problem: flood } = await scraped((_, response) => {
    const block = Buffer.alloc(1 << 20, 'a 1\n');
    const more = () => {
      while (!response.destroyed) {
        // Where all of it is taken this is not to fill the machine.
        if (sent >= 256 << 20) {
          response.end();
          return;
        }
        sent += block.length;
        if (!response.write(block)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  });
  assert.equal(flood, 'sends more than 8 MiB');
  assert.ok(sent < 64 << 20, `${sent} bytes were taken`);
});

test('addresses are hosts with a port, or pages', () => {
  const page = (address: string) => String(metricsPage(address));
  assert.equal(page('node7:9464'), 'http://node7:9464/metrics');
  assert.equal(page('node7:80'), 'http://node7/metrics');
  assert.equal(page('[::1]:9464'), 'http://[::1]:9464/metrics');
  assert.equal(page('https://node7/prometheus?x=1'), 'https://node7/prometheus?x=1');
  assert.equal(reachable('0.0.0.0', 9), '127.0.0.1:9');
  assert.equal(reachable('::1', 9), '[::1]:9');
});

test('what would change a request, or is no address, is refused as it was given', () => {
  const refused = [
    'node7:9464\r\nx-injected: 1',
    'http://node7:9464/\nmetrics',
    'http://user:secret@node7:9464',
    'file:///etc/passwd',
    'ftp://node7:21',
    'node7',
    'node 7:9464',
    '',
  ];
  for (const address of refused)
    assert.throws(
      () => metricsPage(address),
      (error) => error instanceof RmmError && error.code === 'cli_usage' && !/[\r\n]/.test(error.message),
      address,
    );
});
