import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:net';
import test from 'node:test';
import { systemClock } from '../../../lib/base/clock.js';
import { RmmError } from '../../../lib/base/error.js';
import { type HostOptions, hostService, type ServiceTools } from '../../../lib/flow/host-service.js';
import type { ServiceWork } from '../../../lib/flow/lifecycle.js';
import { createLog } from '../../../lib/telemetry/log.js';

type Line = Readonly<Record<string, unknown>>;

/** Hosts a service on a free port; `run` is given what a test needs of it. */
function bench(work: Partial<ServiceWork>, more: Partial<HostOptions> = {}) {
  const lines: Line[] = [];
  let tools: ServiceTools | undefined;
  let signal = () => {};
  const ended = hostService({
    service: 'selector',
    host: '127.0.0.1',
    port: 0,
    drainTimeoutMs: 60_000,
    clock: systemClock,
    log: createLog({
      service: 'selector',
      style: 'json',
      clock: systemClock,
      write: (line) => lines.push(JSON.parse(line) as Line),
    }),
    onSignal(listener) {
      signal = listener;
      return () => {};
    },
    make(given) {
      tools = given;
      return {
        start: () => Promise.resolve(),
        completion: () => new Promise(() => {}),
        drain: () => Promise.resolve(),
        close: () => Promise.resolve(),
        ...work,
      };
    },
    ...more,
  });
  // Every test awaits it in the end; some look at the log first.
  ended.catch(() => {});
  const until = async (event: string): Promise<Line> => {
    for (;;) {
      const line = lines.find((one) => one.event === event);
      if (line !== undefined) return line;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return {
    ended,
    lines,
    until,
    tools: () => tools!,
    signal: () => signal(),
    url: async () => `http://127.0.0.1:${(await until('starting')).port}`,
  };
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  return { status: response.status, text: await response.text() };
}

test('from start to end: endpoints, metrics, log', async () => {
  let drained = () => {};
  const host = bench({
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
      }),
  });
  const url = await host.url();
  await host.until('running');
  assert.equal((await get(`${url}/ready`)).status, 200);
  host.tools().stage.batchIn(100, 5);
  host.tools().health.fault('kafka', 'no broker answers');
  const { status, text } = await get(`${url}/ready`);
  assert.equal(status, 503);
  assert.match(text, /no broker answers/);
  const metrics = (await get(`${url}/metrics`)).text;
  for (const line of [
    'rmmstream_input_events_total{stage="selector"} 100',
    'rmmstream_service_state{state="running"} 1',
    'rmmstream_service_state{state="starting"} 0',
    'rmmstream_service_ready 0',
  ]) {
    assert.ok(metrics.includes(`\n${line}\n`), line);
  }
  host.tools().health.clear('kafka');
  host.signal();
  await host.until('draining');
  assert.equal((await get(`${url}/live`)).status, 200);
  assert.match((await get(`${url}/ready`)).text, /"text":"draining"/);
  assert.match((await get(`${url}/metrics`)).text, /\nrmmstream_service_state\{state="draining"\} 1\n/);
  drained();
  assert.deepEqual(await host.ended, { exit: 0, forced: false, error: undefined });
  assert.deepEqual(
    host.lines.map(({ level, event, fault }) => [level, event, fault]),
    [
      ['info', 'starting', undefined],
      ['info', 'running', undefined],
      ['warn', 'fault', 'kafka'],
      ['info', 'draining', undefined],
      ['info', 'stopped', undefined],
      // The last state of a fault that came and went is told at the end.
      ['info', 'fault_over', 'kafka'],
    ],
  );
  await assert.rejects(get(`${url}/live`));
});

test('a failure is in the log and in the result, and the port is free again', async () => {
  const error = new RmmError('disk_full', 'no room left in /data');
  const told: unknown[] = [];
  const hear = (one: unknown) => void told.push(one);
  subscribe('rmmstream:error', hear);
  const host = bench({ completion: () => Promise.reject(error) });
  const url = await host.url();
  assert.deepEqual(await host.ended, { exit: 1, forced: false, error });
  const { level, code, message } = await host.until('failed');
  assert.deepEqual([level, code, message], ['error', 'disk_full', 'no room left in /data']);
  unsubscribe('rmmstream:error', hear);
  assert.deepEqual(told, [{ stage: 'selector', code: 'disk_full' }]);
  assert.match(
    await host.tools().metrics.text(),
    /^rmmstream_stage_errors_total\{stage="selector",code="disk_full"\} 1$/m,
  );
  await assert.rejects(get(`${url}/live`));
});

test('a service that cannot be made, and a port in use, are thrown', async () => {
  const thrown = new RmmError('kafka_secret_missing', 'no password');
  const unmade = bench(
    {},
    {
      make() {
        throw thrown;
      },
    },
  );
  const url = await unmade.url();
  await assert.rejects(unmade.ended, (error) => error === thrown);
  await assert.rejects(get(`${url}/live`));

  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await assert.rejects(bench({}, { port }).ended, /another process has it/);
  await new Promise((resolve) => other.close(resolve));
});
