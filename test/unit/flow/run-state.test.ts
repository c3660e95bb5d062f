import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { RecordStore } from '../../../lib/flow/record-store.js';
import { takeRunLock } from '../../../lib/flow/run-lock.js';

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a second run in the same directory is refused while the first lives', () => {
  inFolder((folder) => {
    const release = takeRunLock(join(folder, '.work', 'lock'));
    assert.throws(() => takeRunLock(join(folder, '.work', 'lock')), { code: 'run_locked' });
    release();
    takeRunLock(join(folder, '.work', 'lock'))();
    assert.equal(existsSync(join(folder, '.work', 'lock')), false);
  });
});

test('the lock of a dead process, or of another one with its number, is taken over', () => {
  inFolder((folder) => {
    const path = join(folder, 'lock');
    writeFileSync(path, '4194305 12');
    takeRunLock(path)();
    writeFileSync(path, `${process.pid} 1`);
    takeRunLock(path);
    assert.match(readFileSync(path, 'utf8'), new RegExp(`^${process.pid} `));
  });
});

test('records come back as written, and half-written files are none', () => {
  inFolder((folder) => {
    const store = new RecordStore<{ rows: number }>(folder);
    store.write('b', { rows: 2 });
    store.write('a', { rows: 1 });
    writeFileSync(join(folder, '.c.json.0123456789ab.tmp'), '{"ro');
    assert.deepEqual(
      [...store.readAll()],
      [
        ['a', { rows: 1 }],
        ['b', { rows: 2 }],
      ],
    );
    writeFileSync(join(folder, 'd.json'), '{"ro');
    assert.throws(() => store.readAll(), { code: 'partial_damaged' });
  });
});
