import assert from 'node:assert/strict';
import test from 'node:test';
import { createHealth, readinessJson } from '../../../lib/telemetry/health.js';
import { FakeClock } from '../../support/fake-clock.js';

test('ready only while running and nothing is wrong; reasons by key, the oldest first', async () => {
  const clock = new FakeClock();
  const changes: string[] = [];
  const health = createHealth({
    clock,
    onChange: ({ key, text }, there) => changes.push(`${there ? '+' : '-'}${key}: ${text}`),
  });
  const state = () => {
    const { ready, reasons } = health.readiness();
    return [ready, ...reasons.map(({ key, text }) => `${key}: ${text}`)];
  };
  assert.deepEqual(state(), [false, 'state: starting']);
  health.fault('restore', 'reading progress from the start');
  await clock.advance(1_000);
  health.phase('running');
  assert.deepEqual(state(), [false, 'restore: reading progress from the start']);
  health.fault('kafka', 'no broker answers');
  await clock.advance(1_000);
  health.fault('restore', 'reading progress, 900 of 1000');
  assert.deepEqual(state(), [false, 'restore: reading progress, 900 of 1000', 'kafka: no broker answers']);
  health.clear('restore');
  health.clear('never set');
  health.clear('kafka');
  assert.deepEqual(state(), [true]);
  health.phase('draining');
  assert.deepEqual(state(), [false, 'state: draining']);
  assert.deepEqual(changes, [
    '+restore: reading progress from the start',
    '+kafka: no broker answers',
    '-restore: reading progress, 900 of 1000',
    '-kafka: no broker answers',
  ]);
});

test('the body of /ready says since when, and keeps that while the text changes', async () => {
  const clock = new FakeClock();
  const health = createHealth({ clock });
  health.phase('running');
  await clock.advance(1_000);
  health.fault('disk', 'no room left in /data');
  await clock.advance(60_000);
  health.fault('disk', 'still no room left in /data');
  health.phase('running');
  assert.deepEqual(JSON.parse(readinessJson(health.readiness())), {
    ready: false,
    state: 'running',
    reasons: [{ key: 'disk', text: 'still no room left in /data', since: '2026-01-02T03:04:06.000Z' }],
  });
});
