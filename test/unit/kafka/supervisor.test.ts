import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Supervisor } from '../../../services/kafka/supervisor.js';

/** Services as small programs. */
const programs = {
  waits: "process.on('SIGTERM', () => process.exit(0)); console.error('up'); setInterval(() => {}, 1000)",
  stubborn: "process.on('SIGTERM', () => {}); console.error('up'); setInterval(() => {}, 1000)",
  fails: "console.error('first'); console.error('last words'); process.exitCode = 2",
  ends: '',
} as const;

function world(list: readonly (keyof typeof programs)[], graceMs = 20_000) {
  const lines: string[] = [];
  const restarts: string[] = [];
  const pids: number[][] = list.map(() => []);
  const supervisor = new Supervisor({
    processes: list.map((_, copy) => ({ service: 'scorer', copy })),
    command: ({ copy }) => ['-e', programs[list[copy]!]],
    environment: process.env,
    graceMs,
    onLine: ({ copy }, line) => lines.push(`${copy}: ${line}`),
    onRestart: ({ copy }, how) => restarts.push(`${copy} ${how}`),
    onStart: ({ copy }, pid) => pids[copy]!.push(pid),
  });
  supervisor.start();
  return { supervisor, lines, restarts, pids };
}

async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1200; turn += 1) {
    if (isDone()) return;
    await pause(25);
  }
  assert.fail('it never came to that');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a process that is killed is started again, the others are left alone', async () => {
  const { supervisor, restarts, pids, lines } = world(['waits', 'waits']);
  await until(() => lines.length === 2);
  process.kill(pids[0]![0]!, 'SIGKILL');
  await until(() => pids[0]!.length === 2 && lines.length === 3);
  assert.deepEqual(restarts, ['0 was ended by SIGKILL']);
  assert.equal(pids[1]!.length, 1);
  await supervisor.stop();
  assert.deepEqual([...pids[0]!, ...pids[1]!].filter(isAlive), []);
});

test('one that ends with an error of its own ends the run, with its last line', async () => {
  const { supervisor } = world(['waits', 'fails']);
  await assert.rejects(supervisor.failure, {
    code: 'service_failed',
    message: 'scorer 1 ended with exit code 2: last words',
    context: { service: 'scorer', copy: 1 },
  });
  await supervisor.stop();
});

test('one that cannot stay alive is given up after a few times', async () => {
  const { supervisor, restarts } = world(['ends']);
  await assert.rejects(supervisor.failure, {
    message: /scorer 0 ended with exit code 0 6 times soon after its start/,
  });
  assert.equal(restarts.length, 5);
  await supervisor.stop();
});

test('one that does not end in time is killed', async () => {
  const { supervisor, pids, lines } = world(['stubborn', 'waits'], 300);
  await until(() => lines.length === 2);
  await supervisor.stop();
  assert.deepEqual(pids.flat().filter(isAlive), []);
});

test('at the end of a run processes end by themselves, and none is started again', async () => {
  const { supervisor, restarts, pids, lines } = world(['waits', 'waits']);
  await until(() => lines.length === 2);
  const ended = supervisor.ended();
  for (const [pid] of pids) process.kill(pid!, 'SIGTERM');
  await ended;
  await pause(600);
  assert.deepEqual(restarts, []);
  assert.deepEqual(
    pids.map(({ length }) => length),
    [1, 1],
  );
});

test('a stop while one waits to be started again starts it no more', async () => {
  const { supervisor, pids, restarts, lines } = world(['waits']);
  await until(() => lines.length === 1);
  process.kill(pids[0]![0]!, 'SIGKILL');
  await until(() => restarts.length === 1);
  await supervisor.stop();
  await pause(700);
  assert.equal(pids[0]!.length, 1);
});

test('no process outlives the one that started it', async () => {
  const parent = spawn(process.execPath, [new URL('./supervising-process.js', import.meta.url).pathname]);
  let out = '';
  parent.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  await until(() => out.endsWith('\n'));
  const pid = Number(out);
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await until(() => !isAlive(pid));
});
