import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { VariableCounts } from '../../../services/agreement/variable-counts.js';
import { type ComparedVariables, comparedVariables } from '../../../services/report/compared-variables.js';
import { agreementSection } from '../../../services/report/sections/agreement.js';
import { withReport } from '../../support/report-context.js';
import { quick, runWell, sampleFile, writeConfig } from '../../support/small-run.js';

const root = mkdtempSync(join(tmpdir(), 'rmmstream-objects-'));
const inputs = join(root, 'inputs');
after(() => rmSync(root, { recursive: true, force: true }));

// One run by the matrix and one by the table, over the same files under names relative to the configuration.
before(async () => {
  mkdirSync(inputs);
  for (const name of ['mc/zee', 'mc/ttbar', 'data/periodA'])
    copyFileSync(sampleFile(name), join(inputs, `${name.split('/')[1]!}.root`));
  const samples = [
    { name: 'zee', kind: 'background' as const, files: ['zee.root'] },
    { name: 'ttbar', kind: 'background' as const, files: ['ttbar.root'] },
    { name: 'periodA', kind: 'data' as const, files: ['periodA.root'], luminosity_fb: 0.00146 },
  ];
  for (const type of ['rmm', 'report35']) {
    const settings = { ...quick, features: { ...quick.features, type } };
    const config = writeConfig(inputs, samples, settings, `${type}.yaml`);
    await runWell(['run', config, '--output', join(root, type)]);
  }
});

async function compared(
  type: 'rmm' | 'report35',
  settings = {},
  inputFolder: string | undefined = inputs,
): Promise<ComparedVariables> {
  return withReport(
    [join(root, type)],
    async (context) => (await comparedVariables(context))!,
    settings,
    inputFolder,
  );
}

test('what the matrix does not hold is counted from the inputs, as the table counts it', async () => {
  const ofTable = (await compared('report35')).variables.filter(({ kind }) => kind === 'feature');
  const ofMatrix = await compared('rmm');
  assert.equal(ofMatrix.withoutObjects, undefined);
  const added = new Map(ofMatrix.variables.map((one) => [`${one.kind} ${one.name}`, one]));
  const inScores = ['mll', 'met_et', 'met_phi'];
  const wanted = ofTable.filter(({ name }) => !inScores.includes(name));
  assert.equal(wanted.length, 32);
  for (const { kind: _, ...feature } of wanted) {
    const found = added.get(`kinematic ${feature.name}`);
    assert.ok(found !== undefined, feature.name);
    const { kind, ...rest } = found as VariableCounts;
    assert.deepEqual(rest, feature);
  }
  // Every row that was scored was counted.
  const total = (name: string) =>
    added.get(`kinematic ${name}`)!.simulation.events.reduce((sum, events) => sum + events, 0);
  assert.equal(total('lep1_pt'), total('met'));
});

test('variables that the features hold are counted once', async () => {
  const names = (await compared('report35')).variables.map(({ name }) => name);
  assert.equal(names.filter((name) => name === 'lep1_pt').length, 1);
});

test('where inputs are not found, or too many, the section says so and compares the rest', async () => {
  const moved = join(root, 'moved');
  mkdirSync(moved);
  const elsewhere = await compared('rmm', {}, moved);
  assert.match(elsewhere.withoutObjects!, /zee\.root is not found; say with --inputs/);
  assert.ok(elsewhere.variables.some(({ name }) => name === 'met'));

  copyFileSync(join(inputs, 'zee.root'), join(moved, 'ttbar.root'));
  copyFileSync(join(inputs, 'zee.root'), join(moved, 'zee.root'));
  assert.match((await compared('rmm', {}, moved)).withoutObjects!, /ttbar\.root is another file/);

  assert.match((await compared('rmm', { object_events: 100 })).withoutObjects!, /report\.object_events/);
  await withReport(
    [join(root, 'rmm')],
    async (context) => {
      const { blocks } = (await agreementSection(context))!;
      const texts = blocks.flatMap((block) => (block.kind === 'text' ? [block.text] : []));
      assert.ok(texts.some((text) => /d0 significance.* are not compared: .*object_events/.test(text)));
    },
    { object_events: 0 },
    inputs,
  );
  assert.ok(!readdirSync(root).some((name) => name.startsWith('objects-')));
});
