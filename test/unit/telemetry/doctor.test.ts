import assert from 'node:assert/strict';
import test from 'node:test';
import { compareVersions, examine, type Surroundings } from '../../../lib/telemetry/doctor.js';

const machine = {
  node: '20.19.0',
  platform: 'linux x64',
  cores: 2,
  memoryBytes: 8e9,
  freeMemoryBytes: 4e9,
  directory: '.',
  freeDiskBytes: 1e9,
};
const works = (name: string) => ({ name, purpose: 'p', attempt: async () => '1.2.3' });
const fails = (name: string, error: unknown) => ({
  name,
  purpose: 'p',
  attempt: () => Promise.reject(error),
});
const absent = Object.assign(new Error("Cannot find package 'x'\n imported from y"), {
  code: 'ERR_MODULE_NOT_FOUND',
});

test('one working backend is enough; the others say why they are not usable', async () => {
  const around: Surroundings = {
    machine,
    backends: [fails('native', absent), works('web')],
    parts: [{ ...fails('lz4', new Error('bad\nsecond line')), needed: false }],
  };
  const report = await examine(around);
  assert.equal(report.usable, true);
  assert.deepEqual(
    report.backends.map(({ name, works: ok, reason, version }) => [name, ok, reason, version]),
    [
      ['native', false, 'not installed', undefined],
      ['web', true, '', '1.2.3'],
    ],
  );
  assert.equal(report.parts[0]?.reason, 'bad');
});

test('every reason against the machine is named', async () => {
  const report = await examine({
    machine: { ...machine, node: '20.9.5' },
    backends: [fails('native', 'no')],
    parts: [{ ...fails('zlib', new Error('x')), needed: true }],
  });
  assert.equal(report.usable, false);
  assert.deepEqual(report.faults, [
    'Node 20.9.5 is too old, 20.19.0 or newer is needed',
    'no learning backend works',
    'zlib (p) does not work',
  ]);
});

test('versions compare as numbers', () => {
  assert.ok(compareVersions('20.9.0', '20.19.0') < 0);
  assert.ok(compareVersions('22.0.0', '20.19.9') > 0);
  assert.equal(compareVersions('20.19.0', '20.19.0'), 0);
});
