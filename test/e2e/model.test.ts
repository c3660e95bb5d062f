import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import * as ort from 'onnxruntime-node';
import { runCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { quick, runWell, sampleFile, smallSamples, writeConfig } from '../support/small-run.js';
import { readTable, readTables } from '../support/tables.js';

/** Two quick runs that differ in epochs and a cut, and what can be done with their models. */
let folder = '';
let model = '';
let zip = '';
let other = '';

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  const config = writeConfig(folder);
  await runWell(['run', config, '--output', join(folder, 'out')]);
  const changed = ['--set', 'training.epochs=1', '--set', 'selection.jet_pt_min_gev=30'];
  await runWell(['run', config, '--output', join(folder, 'other'), ...changed]);
  model = join(folder, 'out', 'model');
  zip = join(folder, 'out', 'model.zip');
  other = join(folder, 'other', 'model.zip');
});
after(() => rmSync(folder, { recursive: true, force: true }));

async function shown(path: string): Promise<Record<string, unknown>> {
  return JSON.parse((await runWell(['model', 'show', path, '--json'])).stdout) as Record<string, unknown>;
}

test('model.onnx on the features that `rmmstream features` writes gives the scores of the run', async () => {
  const table = join(folder, 'zee.parquet');
  const config = join(folder, 'analysis.yaml');
  await runWell(['features', '--config', config, '--input', sampleFile('mc/zee'), '--output', table]);
  const { cells, values } = (await readTable(table)) as { cells: number[][]; values: number[][] };
  const { names } = JSON.parse(readFileSync(join(model, 'features.json'), 'utf8')) as { names: string[] };
  const dense = new Float32Array(cells.length * names.length);
  for (const [row, columns] of cells.entries())
    for (const [index, column] of columns.entries())
      dense[row * names.length + column] = values[row]![index]!;
  const session = await ort.InferenceSession.create(join(model, 'model.onnx'));
  const features = new ort.Tensor('float32', dense, [cells.length, names.length]);
  const found = await session.run({ features });
  const scores = await readTables(join(folder, 'out', 'scores'));
  const own = (name: string) => scores[name]!.filter((_, row) => scores.sample![row] === 'zee') as number[];
  for (const name of ['error', 'error_normalised', 'error_abs']) {
    const expected = own(name);
    assert.equal(expected.length, cells.length);
    for (const [row, value] of (found[name]!.data as Float32Array).entries())
      assert.ok(Math.abs(value / expected[row]! - 1) < 1e-5, `${name} of row ${row}`);
  }
  await session.release();
});

test('the .zip scores as the folder does', async () => {
  const input = sampleFile('mc/ttbar');
  const scored = (path: string, name: string) =>
    runWell(['score', '--model', path, '--input', input, '--output', join(folder, name)]);
  await scored(model, 'by-folder');
  await scored(zip, 'by-zip');
  assert.deepEqual(
    await readTables(join(folder, 'by-zip', 'scores')),
    await readTables(join(folder, 'by-folder', 'scores')),
  );
  const into = ['score', '--model', zip, '--input', input, '--output', join(folder, 'out'), '--fresh'];
  expectFailure(await runCli(into), 2, 'output_unwritable', ['holds the model']);
});

test('nothing in a model tells where it was made, and the card not when', () => {
  for (const name of readdirSync(model)) {
    const text = readFileSync(join(model, name), 'latin1');
    for (const place of [folder, tmpdir(), process.cwd()])
      assert.ok(!text.includes(place), `${name} holds ${place}`);
  }
  const card = readFileSync(join(model, 'model_card.md'), 'utf8');
  assert.doesNotMatch(card, /\b20\d\d-\d\d|undefined|NaN|\[object/);
});

test('show says what the model is, the same of folder and .zip', async () => {
  const summary = (await shown(model)) as {
    id: string;
    data: { files: { sample: string; entries: number }[] };
    training: { megasets: number[]; epochs: unknown[] };
    scores: { column: string }[];
  };
  assert.deepEqual(await shown(zip), summary);
  const report = JSON.parse(readFileSync(join(folder, 'out', 'run.json'), 'utf8')) as {
    model: string;
    training: unknown;
  };
  assert.equal(summary.id, report.model);
  assert.deepEqual(summary.training, report.training);
  const background = smallSamples.filter(({ kind }) => kind === 'background').map(({ name }) => name);
  assert.deepEqual(summary.data.files.map(({ sample }) => sample).sort(), [...background].sort());
  assert.equal(summary.training.epochs.length, quick.training.epochs * quick.training.megasets);
  assert.deepEqual(
    summary.scores.map(({ column }) => column),
    ['error', 'error_normalised', 'error_abs'],
  );
  const { stdout } = await runWell(['model', 'show', model]);
  for (const words of [summary.id, 'ae_small', 'LeakyReLU(0.3)', 'rmm/thesis/', 'loss (.) of 4 epochs', '|'])
    assert.ok(stdout.includes(words), words);
});

test('compare names what differs, and exits with 0', async () => {
  const { stdout } = await runWell(['model', 'compare', model, other]);
  for (const words of ['training.epochs: 2 -> 1', 'selection.jet_pt_min_gev: 20 -> 30', 'last loss'])
    assert.ok(stdout.includes(words), words);
  const same = await runWell(['model', 'compare', model, zip, '--json']);
  const found = JSON.parse(same.stdout) as { same: boolean; configuration: string[] };
  assert.deepEqual([found.same, found.configuration], [true, []]);
});

test('verify finds a sound model sound, and exits with 1 where it is not', async () => {
  for (const path of [model, zip]) {
    const { stdout } = await runWell(['model', 'verify', path]);
    assert.match(stdout, /is as it should be/);
  }
  const damaged = join(folder, 'damaged');
  cpSync(model, damaged, { recursive: true });
  const path = join(damaged, 'scaler.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('standard', 'standart'));
  const result = await runCli(['model', 'verify', damaged, '--json']);
  assert.equal(result.code, 1);
  const { ok, checks } = JSON.parse(result.stdout) as {
    ok: boolean;
    checks: { ok: boolean; detail: string }[];
  };
  assert.equal(ok, false);
  assert.match(checks[0]!.detail, /scaler\.json has/);
  expectFailure(await runCli(['model', 'show', damaged]), 1, 'model_corrupt', ['scaler.json']);
  const cut = join(folder, 'cut.zip');
  writeFileSync(cut, readFileSync(zip).subarray(0, 5000));
  for (const command of [
    ['model', 'verify', cut],
    ['model', 'compare', zip, cut],
  ])
    expectFailure(await runCli(command), 1, 'model_corrupt', ['cut.zip', 'cannot be unpacked']);
  const input = ['--input', sampleFile('mc/ttbar'), '--output', join(folder, 'never')];
  expectFailure(await runCli(['score', '--model', cut, ...input]), 1, 'model_corrupt', ['cut.zip']);
});
