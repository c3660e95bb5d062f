import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inFolder, runCli } from '../support/cli.js';
import { quick, runWell, shipped, writeConfig } from '../support/small-run.js';

const samples = [
  shipped('mc/zee', 'background'),
  shipped('mc/ttbar', 'background'),
  shipped('mc/zprime2000_mumu', 'signal'),
];

/** Everything below a folder with its bytes. */
function contentOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true }).map(String).sort();
  return new Map(
    names.map((name) => {
      const path = join(folder, name);
      return [name, lstatSync(path).isDirectory() ? 'folder' : readFileSync(path, 'base64')];
    }),
  );
}

test('links in a run directory of somebody else lead no writing and no deleting out of it', () =>
  inFolder(async (folder) => {
    const own = join(folder, 'own');
    const config = writeConfig(folder, samples, quick);
    await runWell(['run', config, '--output', own], folder);
    await runWell(['report', own], folder);

    // What stands outside looks like what is written there, so that nothing but the link itself is in the way.
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    for (const name of ['scores', 'features', 'model', 'report', '.work'])
      cpSync(join(own, name), join(outside, name), { recursive: true });
    writeFileSync(join(outside, 'model', '.model.json.0123456789ab.tmp'), 'of somebody else');
    writeFileSync(join(outside, 'report', '.report.html.0123456789ab.tmp'), 'of somebody else');
    const before = contentOf(outside);

    const given = join(folder, 'given');
    const link = (name: string) => {
      rmSync(join(given, name), { recursive: true, force: true });
      symlinkSync(join(outside, name), join(given, name));
    };
    const give = (...names: string[]) => {
      rmSync(given, { recursive: true, force: true });
      cpSync(own, given, { recursive: true });
      names.forEach(link);
    };

    give('report', '.work');
    await runWell(['report', given], folder);
    assert.ok(!lstatSync(join(given, 'report')).isSymbolicLink());
    assert.ok(existsSync(join(given, 'report', 'report.html')));
    assert.deepEqual(contentOf(outside), before);

    give('report', '.work', 'scores', 'features', 'model');
    const fresh = await runCli(['run', config, '--output', given, '--fresh'], { cwd: folder });
    assert.equal(fresh.code, 0, fresh.stderr);
    assert.deepEqual(contentOf(outside), before);
    assert.deepEqual(contentOf(join(given, 'scores')), contentOf(join(own, 'scores')));
  }));
