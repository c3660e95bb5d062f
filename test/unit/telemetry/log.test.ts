import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type CreateLogOptions, createLog, errorFields } from '../../../lib/telemetry/log.js';
import { FakeClock } from '../../support/fake-clock.js';

function bench(more: Partial<CreateLogOptions> = {}) {
  const clock = new FakeClock();
  let written = '';
  const log = createLog({
    service: 'scorer',
    style: 'json',
    clock,
    write: (line) => {
      written += line;
    },
    ...more,
  });
  const lines = () => written.split('\n').slice(0, -1);
  return { clock, log, lines, objects: () => lines().map((line) => JSON.parse(line) as unknown) };
}

test('one JSON object a line: time, level, service, event, then the fields', () => {
  const { log, lines } = bench();
  log.info('running');
  log.warn('broker_lost', { broker: 'b1:9092', attempts: 3, partitions: ['0', '1'], absent: undefined });
  log.error('failed', errorFields(new RmmError('disk_full', 'no room left\non /data')));
  assert.deepEqual(lines(), [
    '{"time":"2026-01-02T03:04:05.000Z","level":"info","service":"scorer","event":"running"}',
    '{"time":"2026-01-02T03:04:05.000Z","level":"warn","service":"scorer","event":"broker_lost","broker":"b1:9092","attempts":3,"partitions":["0","1"]}',
    '{"time":"2026-01-02T03:04:05.000Z","level":"error","service":"scorer","event":"failed","code":"disk_full","message":"no room left\\non /data"}',
  ]);
});

test('no field takes the place of time, level, service or event', () => {
  const { log, objects } = bench();
  log.info('running', { time: 'never', level: 'none', service: 'x', event: 'y', more: 1 });
  assert.deepEqual(objects(), [
    { time: '2026-01-02T03:04:05.000Z', level: 'info', service: 'scorer', event: 'running', more: 1 },
  ]);
});

test('the same line comes once an interval, with how many were left out', async () => {
  const { clock, log, objects } = bench({ repeatIntervalMs: 10_000 });
  for (let second = 0; second < 25; second += 1) {
    log.warn('broker_lost', { broker: 'b1' });
    if (second === 3) log.warn('broker_lost', { broker: 'b2' });
    await clock.advance(1_000);
  }
  log.close();
  log.warn('broker_lost', { broker: 'b3' });
  log.close();
  assert.deepEqual(
    objects().map((line) => {
      const { time, broker, suppressed } = line as Record<string, unknown>;
      return [String(time).slice(17, 19), broker, suppressed];
    }),
    [
      ['05', 'b1', undefined],
      ['08', 'b2', undefined],
      // The last one of those that were left out, with its own time.
      ['14', 'b1', 8],
      ['24', 'b1', 9],
      ['29', 'b1', 4],
    ],
  );
});

test('a key joins lines that differ', async () => {
  const { clock, log, objects } = bench({ repeatIntervalMs: 1_000 });
  for (let attempt = 1; attempt <= 4; attempt += 1) log.warn('retry', { attempt }, { key: 'retry' });
  await clock.advance(1_000);
  log.warn('retry', { attempt: 5 }, { key: 'retry' });
  await clock.advance(5_000);
  assert.equal(clock.pending, 0, 'nothing is left to tell');
  const shown = objects().map((line) => {
    const { attempt, suppressed } = line as Record<string, unknown>;
    return [attempt, suppressed];
  });
  assert.deepEqual(shown, [
    [1, undefined],
    [4, 2],
    [5, undefined],
  ]);
});

test('what comes and goes is told rarely, and the last state always', async () => {
  const { clock, log, objects } = bench({ repeatIntervalMs: 10_000 });
  for (let flap = 0; flap < 40; flap += 1) {
    const there = flap % 2 === 0;
    log.warn(there ? 'fault' : 'fault_over', {}, { key: 'fault:kafka' });
    await clock.advance(100);
  }
  await clock.advance(60_000);
  assert.deepEqual(
    objects().map((line) => (line as Record<string, unknown>).event),
    ['fault', 'fault_over'],
  );
  log.warn('fault', {}, { key: 'fault:kafka' });
  log.info('fault_over', {}, { key: 'fault:kafka' });
  assert.equal(clock.pending, 1);
  log.close();
  assert.equal(clock.pending, 0, 'no timer keeps the process alive');
  assert.equal((objects().at(-1) as Record<string, unknown>).event, 'fault_over');
});

test('secrets and payloads stay out: by value, by name, by length', () => {
  const { log, lines } = bench({ secrets: ['hunter2', 'hunter2-long', ''] });
  log.error('login_failed', {
    message: 'SASL PLAIN as rmm with hunter2-long failed, hunter2 too',
    password: 'anything',
    sasl_token: 7,
    privateKey: 'PEM',
    tried: ['user:hunter2@b1'],
    body: 'x'.repeat(5_000),
    list: Array.from({ length: 500 }, (_, index) => String(index)),
  });
  const [line] = lines();
  assert.doesNotMatch(line!, /hunter2|anything|PEM|-long/);
  const fields = JSON.parse(line!) as Record<string, unknown>;
  assert.equal(fields.message, 'SASL PLAIN as rmm with *** failed, *** too');
  assert.deepEqual([fields.password, fields.sasl_token, fields.privateKey], ['***', '***', '***']);
  assert.deepEqual(fields.tried, ['user:***@b1']);
  assert.ok(line!.length < 2_500, `${line!.length} characters`);
});

test('text for a terminal: short, aligned, and foreign text cannot steer it', () => {
  const { log, lines } = bench({ style: 'text' });
  log.info('running', { port: 8080, host: '127.0.0.1' });
  log.warn('fault', {
    reason: 'partition 3 makes no progress',
    path: '\u001b[31mred\r\nnew line',
    tags: ['a', 'b c'],
  });
  log.info('draining');
  assert.deepEqual(lines(), [
    '03:04:05 info  scorer  running  port=8080 host=127.0.0.1',
    '03:04:05 warn  scorer  fault  reason="partition 3 makes no progress" path=" [31mred new line" tags=[a, "b c"]',
    '03:04:05 info  scorer  draining',
  ]);
});

test('what is not our error is named, without its stack', () => {
  assert.deepEqual(errorFields(new TypeError('x is not a function')), {
    code: 'internal',
    message: 'TypeError: x is not a function',
  });
  assert.deepEqual(errorFields('text'), { code: 'internal', message: 'text' });
});
