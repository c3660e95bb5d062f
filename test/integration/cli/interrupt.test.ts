import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

const script = join(import.meta.dirname, 'waiting-command.js');

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Starts a command and, once it says that it is ready, sends the signals one after the other. */
function interrupted(
  argv: readonly string[],
  signals: readonly NodeJS.Signals[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [script, ...argv], { env: { ...process.env, ...environment } });
  let stderr = '';
  let next = 0;
  const send = () => {
    const signal = signals[next];
    next += 1;
    if (signal !== undefined) child.kill(signal);
  };
  child.stdout.on('data', send);
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    // The command says that it heard the first signal.
    if (text.startsWith('interrupted: ')) send();
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stderr })));
}

test('the first signal lets the command end cleanly, with 130', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { code, stderr } = await interrupted(['wait'], [signal]);
    assert.equal(code, 130);
    assert.match(stderr, /^interrupted: ending cleanly; a second interrupt ends at once\n/);
    assert.match(stderr, /\nerror\[interrupted\]: stopped after 3 of 9 files\n {2}what to do: /);
  }
});

test('under --json the interrupt is one object', async () => {
  const { code, stderr } = await interrupted(['wait', '--json'], ['SIGINT']);
  assert.equal(code, 130);
  const object = JSON.parse(stderr) as Record<string, unknown>;
  assert.deepEqual([object.code, object.exit], ['interrupted', 130]);
});

test('a second signal ends a command that does not listen', async () => {
  const { code } = await interrupted(['stuck'], ['SIGINT', 'SIGINT']);
  assert.equal(code, 130);
});

test('a defect is internal: exit 1, the stack only under RMMSTREAM_DEBUG=1', async () => {
  const plain = await interrupted(['crash'], [], { RMMSTREAM_DEBUG: '' });
  assert.equal(plain.code, 1);
  assert.match(plain.stderr, /^error\[internal\]: TypeError: /);
  assert.doesNotMatch(plain.stderr, /\n +at /);
  const debug = await interrupted(['crash'], [], { RMMSTREAM_DEBUG: '1' });
  assert.match(debug.stderr, /\n +at /);
});
