import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { outputDigests, runCli, startCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { quick, runWell, type SampleSpec, shipped, smallSamples, writeConfig } from '../support/small-run.js';

/** One finished run of two backgrounds and a signal; every test works on a copy of its directory. */
let folder = '';
let config = '';
let finished = '';
let expected: Record<string, string> = {};
let copies = 0;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  config = writeConfig(folder);
  finished = join(folder, 'finished');
  await runWell(['run', config, '--output', finished]);
  expected = outputDigests(finished);
});

after(() => rmSync(folder, { recursive: true, force: true }));

function copy(): string {
  copies += 1;
  const made = join(folder, `copy-${copies}`);
  cpSync(finished, made, { recursive: true, preserveTimestamps: true });
  return made;
}

/** As a kill after the features leaves it: nothing of model, scores and report. */
function killedAfterFeatures(): string {
  const made = copy();
  for (const name of [
    'model',
    'model.zip',
    'scores',
    'run.json',
    'cutflow.json',
    '.work/finished.json',
    '.work/scored',
  ])
    rmSync(join(made, name), { recursive: true, force: true });
  return made;
}

function firstFile(...path: string[]): string {
  const inside = join(...path);
  return join(inside, readdirSync(inside).find((name) => name.startsWith('zee'))!);
}

function half(path: string): string {
  truncateSync(path, Math.floor(statSync(path).size / 2));
  return path;
}

/** Changes one byte in the middle. */
function flip(path: string): string {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = bytes[at]! ^ 0x10;
  writeFileSync(path, bytes);
  return path;
}

test('outputs that somebody deleted from a finished run are made again, the same', async () => {
  for (const lost of ['scores', 'run.json', 'model', 'model.zip']) {
    const output = copy();
    rmSync(join(output, lost), { recursive: true });
    await runWell(['run', config, '--output', output]);
    assert.deepEqual(outputDigests(output), expected, lost);
  }
});

test('work files that are gone are made again; damaged ones are refused by name, with what to do', async () => {
  const work = (output: string, name: string) => firstFile(output, '.work', name);
  for (const [what, exit, damage, code] of [
    ['features cut', 1, (output: string) => half(firstFile(output, 'features')), 'arrow_batch_corrupt'],
    ['features flipped', 1, (output: string) => flip(firstFile(output, 'features')), 'arrow_batch_corrupt'],
    ['moments cut', 1, (output: string) => half(work(output, 'moments')), 'partial_damaged'],
    ['moments flipped', 1, (output: string) => flip(work(output, 'moments')), 'partial_damaged'],
    ['record cut', 1, (output: string) => half(work(output, 'ranges')), 'partial_damaged'],
    ['manifest cut', 1, (output: string) => half(join(output, '.work', 'manifest.json')), 'partial_damaged'],
  ] as const) {
    const output = killedAfterFeatures();
    const damaged = damage(output);
    const result = await runCli(['run', config, '--output', output]);
    expectFailure(result, exit, code, [damaged]);
    assert.equal(existsSync(join(output, 'run.json')), false, what);
    assert.equal(existsSync(join(output, 'scores')), false, what);
  }
  const output = killedAfterFeatures();
  rmSync(firstFile(output, 'features'));
  rmSync(join(output, '.work', 'moments'), { recursive: true });
  await runWell(['run', config, '--output', output]);
  assert.deepEqual(outputDigests(output), expected);
});

test('a model that was damaged, or that somebody else put there, is trained again', async () => {
  for (const file of ['weights.bin', 'model.json']) {
    const output = copy();
    for (const name of ['scores', 'run.json', '.work/finished.json', '.work/scored'])
      rmSync(join(output, name), { recursive: true });
    half(join(output, 'model', file));
    await runWell(['run', config, '--output', output]);
    assert.deepEqual(outputDigests(output), expected, file);
  }
});

test('SIGINT in the middle: exit 130, and the same command goes on to the same bytes', async () => {
  const output = join(folder, 'interrupted');
  const { child, result } = startCli(['run', config, '--output', output]);
  // The first feature file is there: the run is in the middle.
  const features = join(output, 'features');
  while (child.exitCode === null && !(existsSync(features) && readdirSync(features).length > 0))
    await delay(5);
  child.kill('SIGINT');
  const ended = await result;
  assert.equal(ended.code, 130, ended.stderr);
  assert.match(ended.stderr, /error\[interrupted\]/);
  assert.equal(existsSync(join(output, 'run.json')), false);
  await runWell(['run', config, '--output', output]);
  assert.deepEqual(outputDigests(output), expected);
});

test('a second run in the same directory is refused while the first one works', async () => {
  const output = join(folder, 'shared');
  const { child, result } = startCli(['run', config, '--output', output]);
  while (child.exitCode === null && !existsSync(join(output, '.work', 'lock'))) await delay(2);
  const second = await runCli(['run', config, '--output', output]);
  expectFailure(second, 2, 'run_locked', [`process ${child.pid}`, output]);
  const first = await result;
  assert.equal(first.code, 0, first.stderr);
  assert.deepEqual(outputDigests(output), expected);
});

test('another configuration or other inputs in a used directory are refused, the difference named', async () => {
  const output = copy();
  const changedSettings = ['run', config, '--output', output, '--set', 'training.seed=2'];
  const words = ['training.seed: 1 -> 2', '--fresh'];
  expectFailure(await runCli(changedSettings), 2, 'run_changed', words);
  const renamed = writeConfig(folder, [...smallSamples.slice(0, 2)], quick, 'fewer.yaml');
  const gone = await runCli(['run', renamed, '--output', output]);
  expectFailure(gone, 2, 'run_changed', ['input gone:', 'zprime2000_mumu.root (sample zprime2000_mumu)']);
  expectFailure(await runCli(['run', renamed, '--output', output, '--extend']), 2, 'run_changed', ['gone']);
  assert.deepEqual(outputDigests(output), expected);

  const score = ['score', '--model', join(finished, 'model'), '--output', join(folder, 'scored')];
  const input = ['--input', smallSamples[2]!.files[0]!, '--max-events', '100'];
  await runWell([...score, ...input]);
  const scored = outputDigests(join(folder, 'scored'));
  rmSync(join(folder, 'scored', 'scores'), { recursive: true });
  await runWell([...score, ...input]);
  assert.deepEqual(outputDigests(join(folder, 'scored')), scored, 'deleted scores are made again');
  const other = await runCli([...score, ...input, '--set', 'engine.range_events=8192']);
  expectFailure(other, 2, 'run_changed', ['engine.range_events: 65536 -> 8192']);
  const into = ['score', '--model', join(output, 'model'), '--output', output, ...input, '--fresh'];
  expectFailure(await runCli(into), 2, 'output_unwritable', ['holds the model']);
  assert.deepEqual(outputDigests(output), expected);
});

test('--extend keeps finished ranges, and gives what a fresh run of the larger configuration gives', async () => {
  const larger: readonly SampleSpec[] = [
    ...smallSamples,
    shipped('mc/zz', 'background'),
    shipped('data/periodA', 'data'),
  ];
  const extended = writeConfig(folder, larger, quick, 'larger.yaml');
  const output = copy();
  const before = await runCli(['run', extended, '--output', output]);
  expectFailure(before, 2, 'run_changed', ['input added:', 'zz.root (sample zz)', '--extend']);
  const features = join(output, 'features');
  const stamps = readdirSync(features).map((name) => [name, statSync(join(features, name)).mtimeMs] as const);
  const result = await runWell(['run', extended, '--output', output, '--extend']);
  assert.match(
    result.stderr,
    /taking in added files: finished ranges are kept, scaler and model are made again/,
  );
  for (const [name, stamp] of stamps) assert.equal(statSync(join(features, name)).mtimeMs, stamp, name);
  const fresh = join(folder, 'fresh');
  await runWell(['run', extended, '--output', fresh]);
  assert.deepEqual(outputDigests(output), outputDigests(fresh));
  assert.notDeepEqual(outputDigests(output), expected);
});

test('train makes the model and nothing more; run goes on from there to the same bytes', async () => {
  const output = join(folder, 'trained');
  const result = await runWell(['train', config, '--output', output]);
  assert.match(result.stdout, /^model [0-9a-f]{16}, trained on \d+ events/);
  assert.deepEqual(
    [existsSync(join(output, 'scores')), existsSync(join(output, 'run.json'))],
    [false, false],
  );
  await runWell(['run', config, '--output', output]);
  assert.deepEqual(outputDigests(output), expected);
});

test('no signal sample is no error, and says that the area under the curve is not defined', async () => {
  const only = writeConfig(folder, smallSamples.slice(0, 2), quick, 'background.yaml');
  const result = await runWell(['run', only, '--output', join(folder, 'background'), '--max-events', '800']);
  assert.match(result.stdout, /AUC: not defined: no signal sample/);
});

test('a model folder that is missing or damaged: clear, and nothing is written', async () => {
  const output = join(folder, 'unscored');
  const input = ['--input', smallSamples[0]!.files[0]!, '--output', output];
  const missing = await runCli(['score', '--model', join(folder, 'nowhere'), ...input]);
  expectFailure(missing, 2, 'model_missing', [
    'nowhere is not a model',
    'model/ folder or the model.zip of a finished run',
  ]);
  for (const [file, damage] of [
    ['weights.bin', half],
    ['scaler.json', half],
    ['usual_errors.json', flip],
    ['network.json', flip],
  ] as const) {
    const model = join(copy(), 'model');
    damage(join(model, file));
    const result = await runCli(['score', '--model', model, ...input]);
    assert.ok(result.code === 1 || result.code === 2, result.stderr);
    expectFailure(result, result.code, 'model_corrupt', [file]);
    rmSync(join(model, file));
    expectFailure(await runCli(['score', '--model', model, ...input]), 1, 'model_corrupt', [
      `lacks the file ${file}`,
    ]);
  }
  assert.equal(existsSync(output), false);
});
