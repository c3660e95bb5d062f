import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { layoutOf } from '../../../services/pipeline/layout.js';
import { inputPaths } from '../../../services/report/input-files.js';
import type { FinishedRun } from '../../../services/report/open-runs.js';
import { inFolder } from '../../support/cli.js';

test('input files are looked for in the named folder, the current one and those above the run', () =>
  inFolder(async (root) => {
    const run = { layout: layoutOf(join(root, 'analysis', 'out')) } as FinishedRun;
    for (const folder of ['named', 'current', 'analysis'])
      mkdirSync(join(root, folder, 'mc'), { recursive: true });
    const at = (folder: string) => join(root, folder, 'mc', 'zee.root');
    const found = () => inputPaths('mc/zee.root', run, join(root, 'named'), join(root, 'current'));
    assert.deepEqual(found(), []);
    writeFileSync(at('analysis'), '');
    assert.deepEqual(found(), [at('analysis')]);
    writeFileSync(at('current'), '');
    writeFileSync(at('named'), '');
    assert.deepEqual(found(), [at('named'), at('current'), at('analysis')]);
    assert.deepEqual(inputPaths(at('named'), run, undefined, root), [at('named')]);
    assert.deepEqual(inputPaths(join(root, 'gone.root'), run, undefined, root), []);
  }));
