import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { runCli, startCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { quick, runWell, shipped, smallSamples, writeConfig } from '../support/small-run.js';

const data = { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 };

let folder = '';
let out = '';
let config = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  out = join(folder, 'out');
  config = writeConfig(folder, [...smallSamples, data], quick);
  await runWell(['run', config, '--output', out]);
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** sha256 of every file by its path. */
function digests(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files.map((entry) => {
    const name = join(entry.parentPath, entry.name);
    return [name.slice(path.length + 1), createHash('sha256').update(readFileSync(name)).digest('hex')];
  });
  return Object.fromEntries(found.sort()) as Record<string, string>;
}

interface Result {
  readonly directory: string;
  readonly sections: readonly string[];
  readonly verdicts: readonly { readonly section: string; readonly level: string; readonly text: string }[];
}

test('a report of a finished run: where it is, what it found, and the same bytes again', async () => {
  const first = await runWell(['report', out]);
  assert.match(first.stdout, /\nreport {7}\S*out\/report\/report\.html\n$/);
  assert.match(first.stderr, /^cut flow {4}done in \d/m);
  const path = join(out, 'report');
  const again = join(folder, 'again');
  const { stdout } = await runWell(['report', out, '--output', again, '--json']);
  const result = JSON.parse(stdout) as Result;
  assert.equal(result.directory, again);
  for (const id of [
    'cut-flow',
    'checks',
    'agreement',
    'errors',
    'roc',
    'regions',
    'significance',
    'training',
  ])
    assert.ok(result.sections.includes(id), id);
  assert.ok(result.verdicts.length > 0);
  assert.deepEqual(digests(again), digests(path));
  const json = JSON.parse(readFileSync(join(path, 'report.json'), 'utf8'));
  assert.deepEqual(Object.keys(json.sections), result.sections);
  assert.ok(json.settings.score === 'error' && json.runs.length === 1 && json.runs[0].joined);
  // Nothing of the machine, and nothing that is no JSON in other programs.
  const text = readFileSync(join(path, 'report.json'), 'utf8');
  assert.doesNotMatch(text, /NaN|Infinity/);
});

test('what a report says of the cut flow is what the run counted', async () => {
  const { sections } = JSON.parse(readFileSync(join(out, 'report', 'report.json'), 'utf8'));
  const { samples } = JSON.parse(readFileSync(join(out, 'cutflow.json'), 'utf8'));
  const rows = new Map(
    (sections['cut-flow'].data as { sample: string; cuts: { raw: number; weighted: number }[] }[]).map(
      (row) => [row.sample, row.cuts],
    ),
  );
  for (const [name, { cuts }] of Object.entries(samples as Record<string, { cuts: unknown }>))
    assert.deepEqual(rows.get(name), cuts);
  const background = rows.get('all background')!;
  for (const step of [0, 1]) {
    const sum = rows.get('zee')![step]!.raw + rows.get('ttbar')![step]!.raw;
    assert.equal(background[step]!.raw, sum);
  }
  const csv = readFileSync(join(out, 'report/tables/cut-flow-raw.csv'), 'utf8').split('\r\n');
  assert.equal(csv[0], 'sample,kind,entries,all,at_least_2,kept [%]');
  assert.equal(csv.length, 7);
});

test('settings are those of the report section, from a file or --set, and nothing else', async () => {
  const path = join(folder, 'settings');
  const args = ['report', out, '--config', config, '--output', path, '--set', 'report.score=knn'];
  expectFailure(await runCli(args), 2, 'report_score_unknown', [
    'knn is no score of',
    'expected one of error',
  ]);
  assert.ok(!existsSync(path));
  const steps = ['--config', config, '--output', path, '--set', 'report.median_steps=[4]'];
  await runWell(['report', out, ...steps]);
  const { settings, sections } = JSON.parse(readFileSync(join(path, 'report.json'), 'utf8'));
  assert.deepEqual(settings.median_steps, [4]);
  assert.ok(JSON.stringify(sections.regions).includes('m + 4 m/5'));
  expectFailure(await runCli(['report', out, '--set', 'training.epochs=3']), 2, 'cli_usage', [
    'only keys of the section report count',
  ]);
  expectFailure(await runCli(['report', out, '--set', 'report.colour=red']), 2, 'config_unknown_key', [
    'report.colour',
  ]);
});

test('what is no finished run is refused with its name', async () => {
  expectFailure(await runCli(['report', join(folder, 'nowhere')]), 2, 'not_a_run', [
    'nowhere is no output directory',
  ]);
  const begun = join(folder, 'begun');
  mkdirSync(join(begun, '.work'), { recursive: true });
  expectFailure(await runCli(['report', begun]), 2, 'run_unfinished', ['begun has no run.json']);
  const copy = join(folder, 'copy');
  cpSync(out, copy, { recursive: true });
  expectFailure(await runCli(['report', out, copy]), 2, 'report_runs_overlap', ['would count twice', 'copy']);
  expectFailure(await runCli(['report', out, '--output', folder]), 2, 'report_folder_foreign', [
    'holds something else',
  ]);
  expectFailure(await runCli(['report']), 2, 'cli_usage', ['directories']);
});

test('a report that is killed leaves the one before, and the next one what a killed one left', async (context) => {
  const path = join(out, 'report');
  const before = digests(path);
  const kills = process.env.RMMSTREAM_TEST_LONG === '1' ? 20 : 3;
  let killed = 0;
  for (let round = 0; round < kills; round++) {
    const { child, result } = startCli(['report', out, '--set', 'report.median_steps=[5]']);
    // From the first stage on: never before the command has begun.
    await new Promise((resolve) => child.stderr!.once('data', resolve));
    await delay(round * 900);
    if (child.kill('SIGKILL')) killed += 1;
    const { signal } = await result;
    if (signal === 'SIGKILL') assert.deepEqual(digests(path), before, `round ${round}`);
  }
  context.diagnostic(`${killed} kills`);
  await runWell(['report', out]);
  assert.deepEqual(digests(path), before);
  assert.deepEqual(
    readdirSync(out).filter((name) => name.startsWith('.report')),
    [],
  );
});

test('an interrupted report says so, and two of them at once are refused', async () => {
  const { child, result } = startCli(['report', out]);
  await new Promise((resolve) => child.stderr!.once('data', resolve));
  expectFailure(await runCli(['report', out]), 2, 'run_locked', [`process ${child.pid} makes the report in`]);
  child.kill('SIGTERM');
  const { code, stderr } = await result;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /error\[interrupted\]/);
  assert.deepEqual(
    readdirSync(out).filter((name) => name.startsWith('.report')),
    [],
  );
});
