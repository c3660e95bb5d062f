import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { excludedDivisor } from '../../lib/learning/scaler.js';
import { checksSection } from '../../services/report/sections/checks.js';
import { runCli } from '../support/cli.js';
import { expectFailure } from '../support/expect.js';
import { withReport } from '../support/report-context.js';
import { quick, runWell, shipped, smallSamples, writeConfig } from '../support/small-run.js';

const root = mkdtempSync(join(tmpdir(), 'rmmstream-excluded-'));
after(() => rmSync(root, { recursive: true, force: true }));

// Simulation without muons from Z: flavours, to name one, cannot agree with data.
const samples = [...smallSamples, { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 }];
const features = { ...quick.features, type: 'report35', exclude: 'auto', exclude_columns: ['lep?_z0'] };
const out = join(root, 'out');
let config = '';

before(async () => {
  config = writeConfig(root, samples, { ...quick, features });
  await runWell(['run', config, '--output', out]);
});

interface Excluded {
  readonly column: string;
  readonly reason: string;
  readonly p?: number;
}

const json = (folder: string, ...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), 'utf8'));
const excluded = (folder: string) => json(folder, 'run.json').excluded_columns as Excluded[];

test('columns that disagree or are listed are left out of training, with the reason in run.json', () => {
  const found = new Map(excluded(out).map((one) => [one.column, one]));
  for (const column of ['lep1_z0', 'lep2_z0'])
    assert.deepEqual(found.get(column), { column, reason: 'listed' });
  const flavour = found.get('lep1_flav')!;
  assert.equal(flavour.reason, 'disagrees');
  assert.ok(flavour.p! < 0.001);
  for (const column of ['lep1_phi', 'met_phi']) assert.ok(!found.has(column), column);

  const { scaler } = json(out, 'run.json');
  const file = json(out, 'model', 'scaler.json');
  assert.equal(file.trained.length, scaler.trained_columns);
  assert.ok(scaler.trained_columns <= 35 - found.size);
  const divided = file.divisor.filter((divisor: number) => divisor === excludedDivisor);
  assert.equal(divided.length, found.size);
});

test('whatever the number of workers, the same columns and the same model', async () => {
  const other = join(root, 'other');
  await runWell(['run', config, '--output', other, '--set', 'engine.workers=1']);
  assert.deepEqual(excluded(other), excluded(out));
  assert.equal(json(other, 'run.json').model, json(out, 'run.json').model);
});

test('a run that is taken up again leaves out the same columns', async () => {
  const before = json(out, 'run.json');
  for (const path of ['run.json', '.work/finished.json', 'model', 'model.zip'])
    rmSync(join(out, path), { recursive: true });
  await runWell(['run', config, '--output', out]);
  const { timing, ...again } = json(out, 'run.json');
  const { timing: earlier, ...wanted } = before;
  assert.deepEqual(again, wanted);
});

test('the report says what was left out and why', async () => {
  await withReport([out], async (context) => {
    const { blocks, data } = (await checksSection(context))!;
    assert.deepEqual((data as { excluded_columns: Excluded[] }).excluded_columns, excluded(out));
    const told = blocks.find((block) => block.kind === 'verdict' && /left out of training/.test(block.text));
    assert.ok(told?.kind === 'verdict');
    assert.match(told.text, /since data and simulation disagree: .*`lep1_flav`.*asks: `lep1_z0`, `lep2_z0`/);
    const table = blocks.find((block) => block.kind === 'table' && block.id === 'excluded-columns');
    assert.ok(table?.kind === 'table' && table.rows.length === excluded(out).length);
  });
});

test('auto without data, or with Kafka, is refused with the cure', async () => {
  const blind = writeConfig(root, smallSamples, { ...quick, features }, 'blind.yaml');
  expectFailure(await runCli(['run', blind, '--output', join(root, 'blind')]), 2, 'config_conflict', [
    'features.exclude',
    'no sample has kind: data',
    'features.exclude_columns',
  ]);
  const kafka = { ...quick, features, engine: { type: 'kafka', brokers: ['127.0.0.1:1'] } };
  const topics = writeConfig(root, samples, kafka, 'kafka.yaml');
  expectFailure(await runCli(['run', topics, '--output', join(root, 'kafka')]), 2, 'config_conflict', [
    'features.exclude',
    'engine.type: embedded',
    'features.exclude_columns',
  ]);
});

test('a listed column that does not exist is refused before any work', async () => {
  const wrong = { ...features, exclude: 'none', exclude_columns: ['lep1_zo'] };
  const file = writeConfig(root, samples, { ...quick, features: wrong }, 'wrong.yaml');
  expectFailure(await runCli(['run', file, '--output', join(root, 'wrong')]), 2, 'config_no_column', [
    'features.exclude_columns[0]',
    'lep1_zo',
    'lep1_z0',
  ]);
});
