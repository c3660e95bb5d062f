import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import test from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import { systemClock } from '../../lib/base/clock.js';
import { packageRoot } from '../../lib/base/package-root.js';
import { createHealth } from '../../lib/telemetry/health.js';
import { openHealthServer } from '../../lib/telemetry/health-server.js';
import { createMetrics } from '../../lib/telemetry/prometheus-metrics.js';
import { type ProgressRecord, readProgress } from '../../services/kafka/progress-records.js';
import { fileName, sampleFileName } from '../../services/report/render/file-names.js';
import { inFolder, runCli } from '../support/cli.js';
import { fileRecord } from '../support/service-context.js';
import { runWell, shipped, writeConfig } from '../support/small-run.js';

const outside = [
  '../outside',
  '/tmp/outside',
  '..',
  'a/../../outside',
  'a\\..\\outside',
  '.hidden',
  'a\u0000b',
  'a\nb',
  '',
];

/** A record as anybody who may write to the topic could write it. */
function written(record: object): () => ProgressRecord {
  const headers = new Map([
    ['schema', 'rmmstream.progress'],
    ['version', '1'],
  ]);
  const value = Buffer.from(JSON.stringify(record));
  return () => readProgress({ offset: 0, timestampMs: 0, key: null, value, headers });
}

test('names on progress that files are named after cannot lead out of a folder', () => {
  const model = { type: 'model', id: 'm', scaler: 's', generation: 0, final: true, published_ms: 1, from: 0 };
  const scaler = { type: 'scaler', id: 's', rows_by_split: [0, 0, 0, 0], from: 0, frozen_ms: 1 };
  const applies = { type: 'applies', model: 'm', partition: 0, offset: 0 };
  const run = {
    type: 'run',
    topics: '0123abcd',
    program: '1',
    mode: 'bounded',
    partitions: 1,
    window_offsets: 1,
    configuration_hash: 'a'.repeat(64),
    configuration: {},
    inputs: [],
  };
  const { fingerprint, ...file } = fileRecord(0, 1);
  for (const sound of [model, scaler, applies, run, { ...file, fingerprint }])
    assert.doesNotThrow(written(sound), JSON.stringify(sound));
  for (const name of outside)
    for (const record of [
      { ...model, id: name },
      { ...model, scaler: name },
      { ...scaler, id: name },
      { ...applies, model: name },
      { ...run, topics: name },
      { ...file, fingerprint, sample: name },
      { ...file, fingerprint: name },
    ])
      assert.throws(written(record), { code: 'wire_message_invalid' }, JSON.stringify(record));
});

test('a sample cannot have a name that leads out of a folder', () =>
  inFolder(async (folder) => {
    for (const name of outside) {
      const config = writeConfig(folder, [{ ...shipped('mc/zee', 'background'), name }]);
      const { code, stderr } = await runCli(['validate', config]);
      assert.equal(code, 2, name);
      assert.match(stderr, /input\.samples\[0\]\.name/, name);
    }
  }));

test('neither can a seal', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder);
    const out = join(folder, 'run', 'out');
    await runWell(['run', config, '--output', out]);
    const file = shipped('data/periodA', 'data').files[0]!;
    for (const name of ['../outside', 'a/b', '..', '.x', 'a\u001bb']) {
      const seal = await runCli(['blind', 'seal', file, '--run', out, '--name', name]);
      assert.equal(seal.code, 2, seal.stderr);
      assert.match(seal.stderr, /is no name of a seal/);
      const open = await runCli(['blind', 'open', name, '--run', out]);
      assert.equal(open.code, 2, open.stderr);
    }
    assert.deepEqual(readdirSync(join(folder, 'run')), ['out']);
    assert.ok(!existsSync(join(out, 'blind')));
    assert.ok(!existsSync(join(out, 'outside.seal.json')));
  }));

test('figures and tables of a report get names that stay in their folder', () => {
  for (const id of [
    '../../outside',
    '/etc/passwd',
    '..',
    '.hidden',
    '-rf',
    'a\\b',
    'a\u0000b\nc',
    'x'.repeat(500),
  ]) {
    const name = fileName(id);
    assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$/, id);
    assert.match(sampleFileName(id), /^[A-Za-z0-9_][A-Za-z0-9._-]{0,129}$/, id);
  }
});

test('samples that differ have files that differ, and usual names stay', () => {
  for (const name of ['zee', 'a+b', 'c1n2_wz_800_50', 'x.y-z']) assert.equal(sampleFileName(name), name);
  assert.notEqual(sampleFileName('../a'), sampleFileName('..//a'));
});

test('what a model.zip says besides its model is nowhere written', () =>
  inFolder(async (folder) => {
    const given = unzipSync(readFileSync(join(packageRoot, 'test/golden/learning/model-ae.zip')));
    const prefix = Object.keys(given)
      .find((name) => name.endsWith('model.json'))!
      .slice(0, -'model.json'.length);
    const stray = new Uint8Array([1]);
    const names = ['../outside', `${prefix}../../outside`, '/tmp/rmmstream-outside', `${prefix}constructor`];
    mkdirSync(join(folder, 'deep', 'er'), { recursive: true });
    const path = join(folder, 'deep', 'er', 'model.zip');
    writeFileSync(path, zipSync({ ...given, ...Object.fromEntries(names.map((name) => [name, stray])) }));
    await runCli(['model', 'show', path]);
    await runCli(['model', 'verify', path]);
    const left = readdirSync(folder, { recursive: true }).map(String).sort();
    assert.deepEqual(left, ['deep', 'deep/er', 'deep/er/model.zip']);
    assert.ok(!existsSync('/tmp/rmmstream-outside'));
    // The model itself is read all the same.
    copyFileSync(join(packageRoot, 'test/golden/learning/model-ae.zip'), path);
    assert.equal((await runCli(['model', 'show', path])).code, 0);
  }));

test('services serve three pages, whatever path is asked for', async () => {
  const metrics = createMetrics(systemClock);
  const health = createHealth({ clock: systemClock });
  const server = await openHealthServer({ host: '127.0.0.1', port: 0, health, metrics });
  const ask = (path: string) =>
    new Promise<{ status: number; headers: readonly string[] }>((resolve, reject) => {
      // As it is, which fetch would not send.
      const asked = request({ host: '127.0.0.1', port: server.port, path }, (response) => {
        response.resume();
        resolve({ status: response.statusCode!, headers: Object.keys(response.headers) });
      });
      asked.on('error', reject).end();
    });
  try {
    for (const path of [
      '/metrics/../../etc/passwd',
      '/../metrics',
      '/..%2f..%2fetc/passwd',
      '/metrics%00',
      '//etc/passwd',
      '/live/',
      '/package.json',
      'http://127.0.0.1/etc/passwd',
    ])
      assert.equal((await ask(path)).status, 404, path);
    const { status, headers } = await ask('/live?x=%0d%0ax-injected:%201');
    assert.equal(status, 200);
    assert.deepEqual(
      headers.filter(
        (name) =>
          ![
            'content-type',
            'content-length',
            'cache-control',
            'x-content-type-options',
            'date',
            'connection',
            'keep-alive',
          ].includes(name),
      ),
      [],
    );
  } finally {
    await server.close();
  }
});
