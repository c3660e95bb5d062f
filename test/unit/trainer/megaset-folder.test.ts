import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { MegasetWriter } from '../../../services/trainer/megaset-store.js';
import { inFolder } from '../../support/cli.js';

test('where the folder of megasets cannot be made the error is ours, so that a full disk is waited for', async () => {
  await inFolder(async (root) => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const folder = join(file, 'megasets');
    assert.throws(
      () => new MegasetWriter({ folder, megasets: 1, buckets: 1 }),
      (error) => error instanceof RmmError && error.code === 'io_failed' && error.message.includes(folder),
    );
  });
});
