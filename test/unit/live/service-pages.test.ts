import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { parseMetrics } from '../../../lib/telemetry/metrics-text.js';
import { distinctPages } from '../../../services/live/kafka/distinct-pages.js';
import { type Lookup, ServicePages } from '../../../services/live/kafka/service-pages.js';
import { kafkaConfig } from '../../support/service-context.js';

const answer = (address: string, began: number) => ({
  address,
  atMs: 0,
  samples: parseMetrics(`rmmstream_start_time_seconds ${began}\n`),
  problem: undefined,
});
const silence = (address: string) => ({ address, atMs: 0, samples: [], problem: 'no answer' });
const addresses = (names: Parameters<typeof distinctPages>[0]) =>
  distinctPages(names).map(({ address }) => address);

test('a process that answers at several addresses is one, copies are as many as they are', () => {
  assert.deepEqual(addresses([[answer('127.0.0.1:1', 7), answer('[::1]:1', 7)], [answer('10.0.0.5:1', 7)]]), [
    '127.0.0.1:1',
  ]);
  assert.deepEqual(addresses([[answer('10.0.0.5:1', 7.001), answer('10.0.0.6:1', 7.002)]]), [
    '10.0.0.5:1',
    '10.0.0.6:1',
  ]);
  assert.deepEqual(addresses([[silence('10.0.0.5:1')], [silence('10.0.0.5:1')]]), ['10.0.0.5:1']);
});

test('silence at the other family of a name is no news; that of a copy is', () => {
  assert.deepEqual(addresses([[answer('127.0.0.1:1', 7), silence('[::1]:1')]]), ['127.0.0.1:1']);
  assert.deepEqual(addresses([[silence('127.0.0.1:1'), answer('[::1]:1', 7)]]), ['[::1]:1']);
  assert.deepEqual(addresses([[answer('10.0.0.5:1', 7), silence('10.0.0.6:1'), silence('[fd00::6]:1')]]), [
    '10.0.0.5:1',
    '10.0.0.6:1',
  ]);
  assert.deepEqual(addresses([[silence('127.0.0.1:1'), silence('[::1]:1')]]), ['127.0.0.1:1', '[::1]:1']);
});

async function asked(lookup: Lookup, signal = new AbortController().signal) {
  const server = createServer((_, response) => response.end('rmmstream_start_time_seconds 7.0001\n'));
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const loaded = kafkaConfig({ service: { port: 0 }, live: { services: [`scorer:${port}`] } });
    const pages = await new ServicePages(loaded, lookup).ask({ signal, nowMs: () => 0 });
    return pages.map(({ address, problem }) => [address.replace(`:${port}`, ''), problem !== undefined]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('a name stands for the processes behind it; one that leads nowhere is told', async () => {
  assert.deepEqual(await asked(async () => ['127.0.0.1', '127.0.0.2']), [['127.0.0.1', false]]);
  assert.deepEqual(await asked(() => Promise.reject(new Error('ENOTFOUND'))), [['scorer', true]]);
});

test('a name that the system looks up without end holds nothing up, and is looked up once', async () => {
  let lookups = 0;
  const loaded = kafkaConfig({ service: { port: 0 }, live: { services: ['scorer:1'] } });
  const pages = new ServicePages(
    loaded,
    () => {
      lookups += 1;
      return new Promise(() => {});
    },
    10,
  );
  for (let look = 0; look < 3; look += 1) {
    const [page] = await pages.ask({ signal: AbortSignal.timeout(60_000), nowMs: () => 0 });
    assert.equal(page!.problem, 'its name is not looked up within 10 ms');
  }
  assert.equal(lookups, 1);
});

test('the end of the page is not held up by a name', async () => {
  const ended = AbortSignal.abort();
  assert.deepEqual(await asked(() => new Promise(() => {}), ended), []);
});
