import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { takeRunLock } from '../../../lib/flow/run-lock.js';
import { layoutOf } from '../../../services/pipeline/layout.js';
import { prepareFolder } from '../../../services/pipeline/output-path.js';
import { RunAddresses, runAddresses } from '../../../services/pipeline/run-addresses.js';
import { metricsPage, reachable } from '../../../services/top/addresses.js';
import { inFolder } from '../../support/cli.js';

const [first, second] = [
  { host: '127.0.0.1', port: 4001 },
  { host: '::1', port: 4002 },
];

/** A directory whose lock this process holds, and the file with the addresses. */
function inLocked(body: (directory: string, path: string, release: () => void) => void): Promise<void> {
  return inFolder(async (folder) => {
    const directory = join(folder, 'out');
    prepareFolder(directory);
    const release = takeRunLock(layoutOf(directory).lock);
    body(directory, join(directory, '.work', 'lock-addresses.json'), release);
  });
}

test('addresses are those that were added last, until they are removed', () =>
  inLocked((directory, path) => {
    assert.deepEqual(runAddresses(directory), []);
    const kept = new RunAddresses(directory);
    kept.add('scorer 0', first);
    kept.add('scorer 1', second);
    // Started again, on another port.
    kept.add('scorer 0', { ...first, port: 4003 });
    assert.deepEqual(runAddresses(directory), [{ ...first, port: 4003 }, second]);
    kept.remove();
    assert.deepEqual(runAddresses(directory), []);
    assert.ok(!existsSync(path));
  }));

test('what a killed run left, or the directory of nobody, has no addresses', () =>
  inLocked((directory, path, release) => {
    const kept = new RunAddresses(directory);
    kept.add('run', first);
    release();
    assert.deepEqual(runAddresses(directory), [], 'nobody holds the lock');
    // A process that is gone holds the lock and wrote the addresses.
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(layoutOf(directory).lock, `${pid} 1`);
    const left = readFileSync(path, 'utf8').replace(String(process.pid), String(pid));
    writeFileSync(path, left);
    assert.deepEqual(runAddresses(directory), [], 'its process is gone');
    // Another run goes on in the directory, without addresses of its own.
    writeFileSync(layoutOf(directory).lock, `${process.pid} `);
    assert.deepEqual(runAddresses(directory), [], 'they are not those of who holds the lock');
    kept.remove();
    assert.equal(readFileSync(path, 'utf8'), left, 'another process removes its own');
  }));

test('a directory of somebody else leads to no other machine, and to no page but /metrics', () =>
  inLocked((directory, path) => {
    const own = Object.values(networkInterfaces()).flatMap((of) => (of ?? []).map(({ address }) => address));
    const hosts = [
      ...[
        'intranet.example',
        'localhost',
        'intranet.example/admin/reset',
        '127.0.0.1/admin',
        'a b',
        'a\r\nb',
      ],
      ...['192.0.2.1', '2001:db8::1', '127.0.0.1@192.0.2.1', '[::1]', '0x7f000001', '::ffff:192.0.2.1', ''],
    ];
    const mine = ['127.0.0.1', '127.8.8.8', '::1', '::', '0.0.0.0', ...own];
    const addresses = [...hosts, ...mine].map((host) => ({ host, port: 80 }));
    writeFileSync(path, JSON.stringify({ pid: process.pid, addresses }));
    const found = runAddresses(directory);
    assert.deepEqual(
      found.map(({ host }) => host),
      mine,
    );
    for (const { host, port } of found) {
      const { hostname, pathname } = metricsPage(reachable(host, port));
      assert.equal(pathname, '/metrics');
      assert.ok(isIP(hostname.replace(/^\[|\]$/g, '')) !== 0);
    }
  }));

test('a file that holds something else has no addresses', () =>
  inLocked((directory, path) => {
    const { pid } = process;
    for (const text of [
      '',
      '[]',
      'null',
      '{"pid": "x", "addresses": []}',
      JSON.stringify({ pid, addresses: 7 }),
      JSON.stringify({
        pid,
        addresses: [null, 5, {}, { host: 'h' }, { host: 'h', port: 0 }, { host: 1, port: 2 }],
      }),
    ]) {
      writeFileSync(path, text);
      assert.deepEqual(runAddresses(directory), [], text);
    }
  }));
