import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { Cli, Output } from '../../../cli/cli.js';
import { registerAmplify } from '../../../cli/commands/amplify.js';
import { createProgram, runProgram } from '../../../cli/frame.js';
import { packageRoot } from '../../../lib/base/package-root.js';
import { openRootFile } from '../../../lib/columnar/root/index.js';

const input = join(packageRoot, 'samples', 'mc', 'higgs_zz.root');

function collector(): Output & { text: string } {
  return {
    text: '',
    write(text) {
      this.text += text;
    },
    isTerminal: false,
    columns: () => 80,
  };
}

/** Runs `rmmstream amplify` with what its arguments say in a folder of its own. */
async function inFolder(
  body: (run: (...argv: string[]) => Promise<string>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rmmstream-amplify-'));
  const run = async (...argv: string[]) => {
    const stdout = collector();
    const cli: Cli = {
      stdout,
      stderr: collector(),
      environment: {},
      currentDirectory: folder,
      nowMs: () => 0,
      signal: new AbortController().signal,
      onSignal: () => () => {},
      json: false,
      exitCode: 0,
    };
    await runProgram(createProgram(cli, [registerAmplify]), ['amplify', ...argv]);
    return stdout.text;
  };
  try {
    await body(run, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('amplify writes what was asked for, with every codec, and says so', async () => {
  await inFolder(async (run, folder) => {
    for (const codec of ['lz4', 'zlib', 'none']) {
      const text = await run(
        '--input',
        input,
        '--output',
        'a.root',
        '--events',
        '1e3',
        '--compression',
        codec,
      );
      assert.match(text, /^a\.root: 1,000 events from 320, /);
      const file = await openRootFile(join(folder, 'a.root'));
      assert.equal(file.trees[0]!.entries, 1000);
      const pt = file.trees[0]!.branches.find((branch) => branch.name === 'jet_pt')!;
      assert.equal(pt.codec, codec);
      assert.equal(pt.typeName, 'std::vector<float>');
      file.close();
    }
    const json = await run('--input', input, input, '--output', 'b.root', '--factor', '1.5', '--json');
    const summary = JSON.parse(json) as { events: number; parents: number; output: string };
    assert.deepEqual([summary.events, summary.parents], [960, 640]);
    assert.equal(summary.output, join(folder, 'b.root'));
  });
});

test('a wrong call is a usage error and writes nothing', async () => {
  await inFolder(async (run, folder) => {
    const base = ['--input', input, '--output', 'a.root'];
    for (const argv of [
      base,
      [...base, '--events', '10', '--factor', '2'],
      [...base, '--events', '0'],
      [...base, '--events', '2.5'],
      [...base, '--events', 'many'],
      [...base, '--factor', '-1'],
      [...base, '--events', '5', '--seed', '0.5'],
      [...base, '--events', '5', '--compression', 'zip'],
      ['--input', input, '--events', '5'],
    ]) {
      await assert.rejects(run(...argv), { code: 'cli_usage' }, argv.join(' '));
    }
    assert.equal(existsSync(join(folder, 'a.root')), false);
  });
});
