import assert from 'node:assert/strict';
import test from 'node:test';
import { mallocSettings, serviceEnvironment } from '../../../services/kafka/service-environment.js';
import { Supervisor } from '../../../services/kafka/supervisor.js';

test('a service has the settings of the C library and everything it was given', () => {
  assert.deepEqual(serviceEnvironment({ HOME: '/home/me' }), { ...mallocSettings, HOME: '/home/me' });
});

test('who sets one of them is not overruled', () => {
  const given = { MALLOC_MMAP_THRESHOLD_: '131072' };
  assert.deepEqual(serviceEnvironment(given), { ...mallocSettings, ...given });
  assert.equal(serviceEnvironment(given).MALLOC_MMAP_THRESHOLD_, '131072');
});

test('a supervised process is started with them', async () => {
  const names = Object.keys(mallocSettings);
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !names.includes(name)),
  );
  let hear = (_line: string) => {};
  const line = new Promise<string>((resolve) => {
    hear = resolve;
  });
  const supervisor = new Supervisor({
    processes: [{ service: 'trainer', copy: 0 }],
    command: () => [
      '-e',
      `console.error(${JSON.stringify([...names, 'GIVEN'])}.map((name) => process.env[name]).join(' '))`,
    ],
    environment: { ...environment, GIVEN: 'yes' },
    graceMs: 20_000,
    onLine: (_process, text) => hear(text),
    onRestart: () => {},
  });
  supervisor.start();
  assert.equal(await line, [...Object.values(mallocSettings), 'yes'].join(' '));
  await supervisor.stop();
});
