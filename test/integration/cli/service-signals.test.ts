import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

const script = join(import.meta.dirname, 'service-command.js');

/** Starts a service, sends one signal after each of the named lines of its log, and says how it ended. */
function serve(how: string, signals: Readonly<Record<string, NodeJS.Signals>>) {
  const child = spawn(process.execPath, [script, 'serve', how, '--json']);
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const before = written.split('\n').length - 1;
    written += text;
    for (const line of written.split('\n').slice(before, -1)) {
      const { event } = JSON.parse(line) as { event: string };
      const signal = signals[event];
      if (signal !== undefined) child.kill(signal);
    }
  });
  return new Promise<{ code: number | null; events: unknown[] }>((resolve) => {
    child.on('close', (code) => {
      const lines = written.split('\n').slice(0, -1);
      resolve({ code, events: lines.map((line) => (JSON.parse(line) as { event: string }).event) });
    });
  });
}

test('SIGTERM and SIGINT drain a service, and its log stays JSON: exit 0', async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { code, events } = await serve('soon', { running: signal });
    assert.deepEqual([code, ...events], [0, 'starting', 'running', 'draining', 'stopped']);
  }
});

test('a second signal forces a service that hangs: exit 130', async () => {
  const { code, events } = await serve('stuck', { running: 'SIGTERM', draining: 'SIGINT' });
  assert.deepEqual([code, ...events], [130, 'starting', 'running', 'draining', 'stopped']);
});

test('the deadline forces a service that hangs: exit 130', async () => {
  const { code, events } = await serve('brief', { running: 'SIGTERM' });
  assert.deepEqual([code, ...events], [130, 'starting', 'running', 'draining', 'stopped']);
});

test('a signal that comes before the service has begun drains it', async () => {
  const { code, events } = await serve('early', { reading: 'SIGTERM' });
  assert.deepEqual([code, ...events], [0, 'reading', 'starting', 'draining', 'stopped']);
});
