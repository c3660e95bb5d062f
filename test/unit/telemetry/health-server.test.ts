import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, createServer } from 'node:net';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { createHealth } from '../../../lib/telemetry/health.js';
import { type HealthServer, openHealthServer } from '../../../lib/telemetry/health-server.js';
import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { Metrics } from '../../../lib/telemetry/metrics.js';
import { createMetrics } from '../../../lib/telemetry/prometheus-metrics.js';
import { stageMetrics } from '../../../lib/telemetry/stage-metrics.js';
import { FakeClock } from '../../support/fake-clock.js';
import { manyAtOnce, oneAfterTheOther } from '../../support/many-at-once.js';

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(port: number, path: string, method = 'GET', send = ''): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end(send);
  });
}

const metrics = {
  text: async () => '# HELP x y.\n',
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
};

async function serving(
  body: (server: HealthServer, health: ReturnType<typeof createHealth>) => Promise<void>,
  given: Pick<Metrics, 'text' | 'contentType'> = metrics,
): Promise<void> {
  const health = createHealth({ clock: new FakeClock() });
  const server = await openHealthServer({ host: '127.0.0.1', port: 0, health, metrics: given });
  try {
    await body(server, health);
  } finally {
    await server.close();
  }
}

test('alive in whatever state; ready only when nothing is wrong', async () => {
  await serving(async ({ port }, health) => {
    const both = async () => [(await get(port, '/live')).status, (await get(port, '/ready')).status];
    assert.deepEqual(await both(), [200, 503]);
    health.phase('running');
    assert.deepEqual(await both(), [200, 200]);
    health.fault('kafka', 'no broker answers');
    assert.deepEqual(await both(), [200, 503]);
    const { headers, body } = await get(port, '/ready');
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-store');
    const { reasons } = JSON.parse(body) as { reasons: { key: string; text: string }[] };
    assert.deepEqual([reasons[0]?.key, reasons[0]?.text], ['kafka', 'no broker answers']);
    health.clear('kafka');
    health.phase('draining');
    assert.deepEqual(await both(), [200, 503]);
  });
});

test('metrics have their type, HEAD has no body, a query is passed over', async () => {
  await serving(async ({ port }) => {
    const { status, headers, body } = await get(port, '/metrics?name=x');
    assert.deepEqual([status, headers['content-type'], body], [200, metrics.contentType, '# HELP x y.\n']);
    const head = await get(port, '/metrics', 'HEAD');
    assert.deepEqual([head.status, head.headers['content-length'], head.body], [200, '12', '']);
  });
});

test('nothing else is there, and nothing but GET and HEAD', async () => {
  await serving(async ({ port }) => {
    for (const path of ['/', '/live/', '/LIVE', '/ready/../live', '//live', '/%6Cive', '/metrics/x', '*']) {
      assert.equal((await get(port, path)).status, 404, path);
    }
    const post = await get(port, '/live', 'POST', 'x'.repeat(10_000));
    assert.deepEqual([post.status, post.headers.allow], [405, 'GET, HEAD']);
    assert.equal((await get(port, '/ready', 'DELETE')).status, 405);
    assert.equal((await get(port, '/x', 'OPTIONS')).status, 404);
  });
});

test('metrics that cannot be made are an answer of their own, and the server goes on', async () => {
  const broken = { ...metrics, text: () => Promise.reject(new Error('no figures')) };
  await serving(async ({ port }) => {
    const { status, body } = await get(port, '/metrics');
    assert.equal(status, 500);
    assert.match(body, /no figures/);
    assert.equal((await get(port, '/live')).status, 200);
  }, broken);
});

test('requests that come all at once are not all worked on; those that come one after the other are', async () => {
  let made = 0;
  const counted = {
    ...metrics,
    async text() {
      made += 1;
      return 'x\n';
    },
  };
  await serving(async ({ port }) => {
    assert.ok((await manyAtOnce(port, '/metrics', 1_400)) <= 1);
    assert.ok(made <= 1, `${made} pages were made`);
    assert.deepEqual(await oneAfterTheOther(port, '/metrics', 50), [50, 1]);
  }, counted);
});

test('long headers are refused', async () => {
  await serving(async ({ port }) => {
    assert.equal((await get(port, `/${'x'.repeat(20_000)}`)).status, 431);
    assert.equal((await get(port, '/live')).status, 200);
  });
});

test('a port in use and an address of another machine are told with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const health = createHealth({ clock: new FakeClock() });
  await assert.rejects(openHealthServer({ host: '127.0.0.1', port, health, metrics }), (error) => {
    assert.ok(error instanceof RmmError && error.code === 'service_address_unusable');
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1 port ${port}: another process has it; choose`));
    assert.equal(error.context.port, port);
    return true;
  });
  await assert.rejects(openHealthServer({ host: '192.0.2.1', port: 0, health, metrics }), (error) => {
    assert.ok(error instanceof RmmError && error.code === 'service_address_unusable');
    assert.match(error.message, /192\.0\.2\.1 port 0: this machine has no such address; choose/);
    return true;
  });
  await new Promise((resolve) => other.close(resolve));
});

test('closing does not wait for those who send nothing or read nothing', async () => {
  const health = createHealth({ clock: new FakeClock() });
  const server = await openHealthServer({ host: '127.0.0.1', port: 0, health, metrics });
  const ends = ['', 'GET /live HTTP/1.1\r\nHos', 'GET /live HTTP/1.1\r\nHost: x\r\n\r\n'].map(
    (text) =>
      new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(text));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        if (text.endsWith('\r\n\r\n')) socket.resume();
      }),
  );
  // Answered on a connection of its own, so the others have come through before.
  assert.equal((await get(server.port, '/live')).status, 200);
  await server.close();
  await Promise.all(ends);
  await assert.rejects(get(server.port, '/live'), { code: 'ECONNREFUSED' });
});

test('scrapers that are slow, or do not read at all, hold up neither the flow nor another scraper', async () => {
  const clock = new FakeClock();
  const real = createMetrics(clock);
  const stage = stageMetrics(real, 'selector', clock);
  const partitions = Array.from({ length: 1024 }, (_, partition) => partition);
  stage.assigned(partitions);
  for (const partition of partitions) stage.progress(partition, { position: 1, end: 2 });
  await serving(async ({ port }) => {
    const slow = Array.from({ length: 20 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      // Asks ten times in one go, and reads nothing.
      socket.pause().write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10));
      return socket;
    });
    let turns = 0;
    let flowing = true;
    const flow = () => {
      stage.batchIn(1, 1);
      turns += 1;
      if (flowing) setImmediate(flow);
    };
    flow();
    const before = turns;
    const { status, body } = await get(port, '/metrics');
    assert.equal(status, 200);
    assert.ok(body.length > 100_000);
    // A turn between any two metrics.
    assert.ok(turns - before >= Object.keys(metricList).length, `${turns - before} turns`);
    assert.equal((await get(port, '/live')).status, 200);
    flowing = false;
    for (const socket of slow) socket.destroy();
  }, real);
});
