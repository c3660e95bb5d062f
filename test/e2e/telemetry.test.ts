import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../lib/base/package-root.js';
import { inFolder, runCli } from '../support/cli.js';

// onnxruntime 1.30 on Linux writes both places within its first session unless it is told not to.
test('a run leaves nothing in the home folder and nothing in the temporary folder', async () => {
  await inFolder(async (folder) => {
    const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
    mkdirSync(home);
    mkdirSync(temporary);
    const result = await runCli(
      [
        'run',
        join(packageRoot, 'samples', 'config.yaml'),
        '--output',
        join(folder, 'out'),
        '--max-events',
        '600',
        '--set',
        'features.min_filled=20',
      ],
      { env: { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: join(home, '.cache') } },
    );
    assert.equal(result.code, 0, result.stderr);
    assert.deepEqual(readdirSync(home, { recursive: true }), []);
    assert.deepEqual(readdirSync(temporary, { recursive: true }), []);
  });
});
