import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { packageRoot } from '../../../lib/base/package-root.js';
import { inFolder, runCli, startCli } from '../../support/cli.js';
import { runWell, smallSamples, writeConfig } from '../../support/small-run.js';
import { readTables } from '../../support/tables.js';

interface StatusJson {
  readonly state: string;
  readonly phase: string | null;
  readonly because: string;
  readonly features: { readonly done: number; readonly total: number };
  readonly scores: { readonly done: number; readonly total: number };
  readonly model: string | null;
  readonly lock: { readonly pid: number; readonly alive: boolean } | null;
}

/** The loop of the page with which a script waits for the end of a run; its exit code. */
function waited(directory: string): number | null {
  const page = readFileSync(join(packageRoot, 'docs', 'terminal.md'), 'utf8');
  const [, loop] = /a script waits [^\n]*:\n\n((?: {4}.*\n)+)/.exec(page)!;
  const command = `'${process.execPath}' '${join(packageRoot, 'cli', 'rmmstream.mjs')}' `;
  const script = loop!.replaceAll('rmmstream ', command).replaceAll('analysis.yaml', `'${directory}'`);
  return spawnSync('sh', ['-c', script], { encoding: 'utf8' }).status;
}

async function statusOf(...args: readonly string[]): Promise<{ code: number | null; status: StatusJson }> {
  const { code, stdout, stderr } = await runCli(['status', ...args, '--json']);
  assert.notEqual(stdout, '', stderr);
  return { code, status: JSON.parse(stdout) as StatusJson };
}

test('a run in one process: nothing yet, trained and stopped, finished', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder);
    const out = join(folder, 'out');
    const { code, stderr } = await runCli(['status', config, '--output', out]);
    assert.equal(code, 2);
    assert.match(stderr, /error\[run_missing\]/);

    await runWell(['train', config, '--output', out]);
    const trained = await statusOf(out);
    assert.equal(trained.code, 1);
    const { state, phase, features, scores, model, lock } = trained.status;
    assert.deepEqual([state, phase, lock], ['stopped', 'score', null]);
    assert.deepEqual([features.done, features.total, scores.done, scores.total], [3, 3, 0, 3]);

    await runWell(['run', config, '--output', out]);
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as { model: string };
    assert.equal(model, run.model);
    const finished = await statusOf(config, '--output', out, '--finished');
    assert.deepEqual([finished.code, finished.status.state, finished.status.phase], [0, 'finished', null]);
    assert.equal(waited(out), 0);

    const { stdout } = await runWell(['tap', out, 'scores', '--json', '--limit', '1', '--events', '2']);
    const { events, rows } = JSON.parse(stdout) as { rows: number; events: Record<string, unknown>[] };
    const table = await readTables(join(out, 'scores'));
    assert.ok(rows > 2 && rows < table.entry!.length);
    for (const [row, event] of events.entries())
      for (const name of ['event_number', 'weight', 'sample', 'split', 'late', 'mlll']) {
        const value = table[name]![row] ?? null;
        assert.equal(String(event[name]), String(value), name);
      }
    // Of features too, whose rows are those of the scores.
    const features2 = await runWell(['tap', out, 'featurizer', '--json', '--limit', '1', '--events', '1']);
    const [first] = (JSON.parse(features2.stdout) as { events: Record<string, unknown>[] }).events;
    assert.deepEqual(
      [first!.event_number, first!.weight, first!.split],
      [events[0]!.event_number, events[0]!.weight, events[0]!.split],
    );
    for (const [option, value] of [
      ['--where', 'sample=zee'],
      ['--partition', '0'],
      ['--rate', '5'],
    ] as const) {
      const { code, stderr } = await runCli(['tap', out, 'scores', option, value]);
      assert.equal(code, 2);
      assert.match(stderr, new RegExp(`${option}: for messages of a topic only`));
    }
  }));

test('a process that works on a run is told from one that was killed', () =>
  inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples, { training: { epochs: 500 } });
    const out = join(folder, 'out');
    const { child, result } = startCli(['run', config, '--output', out]);
    const lock = join(out, '.work', 'lock');
    try {
      while (!existsSync(join(out, '.work', 'manifest.json'))) {
        assert.equal(child.exitCode, null);
        await wait(20);
      }
      child.kill('SIGSTOP');
      const { code, status } = await statusOf(out);
      assert.deepEqual([code, status.state, status.lock], [0, 'working', { pid: child.pid, alive: true }]);
      assert.notEqual(status.phase, null);
      const asked = await statusOf(out, '--finished');
      assert.equal(asked.code, 1);
    } finally {
      child.kill('SIGKILL');
    }
    await result;
    assert.ok(existsSync(lock));
    const { code, status } = await statusOf(out);
    assert.deepEqual([code, status.state, status.lock], [1, 'stopped', { pid: child.pid, alive: false }]);
    const { stdout } = await runCli(['status', out]);
    assert.match(stdout, /^stopped: nobody works on it \(process \d+, which did, is gone\)/);
    assert.match(stdout, /lock +held by process \d+, which is gone/);
    // Neither a run that is stopped nor one that is not there will end by itself.
    assert.equal(waited(out), 1);
    assert.equal(waited(folder), 2);
  }));
