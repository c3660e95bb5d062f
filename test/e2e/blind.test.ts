import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Opening } from '../../services/blind/opening.js';
import type { Seal } from '../../services/blind/seal.js';
import type { TableBlock } from '../../services/report/section.js';
import { blindSection } from '../../services/report/sections/blind.js';
import { inFolder, runCli, startCli } from '../support/cli.js';
import { withReport } from '../support/report-context.js';
import { quick, runWell, sampleFile, shipped, writeConfig } from '../support/small-run.js';

async function world(body: (given: { folder: string; out: string; hidden: string }) => Promise<void>) {
  await inFolder(async (folder) => {
    const out = join(folder, 'out');
    const hidden = join(folder, 'hidden');
    mkdirSync(hidden);
    copyFileSync(sampleFile('mc/lfv_z_emu'), join(hidden, 'first.root'));
    copyFileSync(sampleFile('mc/zprime2000_mumu'), join(hidden, 'second.root'));
    const samples = [shipped('mc/zee', 'background'), shipped('mc/ttbar', 'background')];
    await runWell(['run', writeConfig(folder, samples, quick), '--output', out]);
    await body({ folder, out, hidden });
  });
}

async function refused(args: readonly string[], cwd: string, code: string): Promise<string> {
  const result = await runCli([...args], { cwd });
  assert.equal(result.code, 2, result.stdout);
  assert.match(result.stderr, new RegExp(`error\\[${code}\\]`));
  return result.stderr;
}

const files = ['first.root', 'second.root'];
const seal = (out: string, name = 'one') => ['blind', 'seal', ...files, '--run', out, '--name', name];
const open = (out: string, name = 'one') => ['blind', 'open', name, '--run', out];

test('sealed files are scored once with the frozen model; a second opening is refused', async () => {
  await world(async ({ out, hidden }) => {
    await runWell(seal(out), hidden);
    const path = join(out, 'blind', 'one.seal.json');
    const sealed = JSON.parse(readFileSync(path, 'utf8')) as Seal;
    const { model, configuration_hash: hash } = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      model: string;
      configuration_hash: string;
    };
    assert.deepEqual([sealed.model, sealed.configuration_hash], [model, hash]);
    assert.deepEqual(
      sealed.files.map(({ name, sha256 }) => [name, sha256]),
      files.map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(hidden, name)))
          .digest('hex'),
      ]),
    );
    assert.equal(sealed.regions.length, 6);
    await refused(seal(out), hidden, 'blind_sealed_before');

    const { stdout } = await runWell(open(out), hidden);
    assert.match(stdout, /second/);
    const record = join(out, 'blind', 'one.opened.json');
    const text = readFileSync(record, 'utf8');
    const opening = JSON.parse(text) as Opening;
    assert.equal(opening.state, 'opened');
    assert.equal(opening.digest, sealed.digest);
    assert.deepEqual(Object.keys(opening.evaluation!.signals).sort(), ['first', 'second']);
    // The same files scored by the command that scores anything have the same number of events in the region.
    const scored = join(out, '..', 'scored');
    await runWell(['score', '--model', join(out, 'model'), '--input', ...files, '--output', scored], hidden);
    const { readTables } = await import('../support/tables.js');
    const table = await readTables(join(scored, 'scores'));
    const { id, threshold } = sealed.regions[3]!;
    for (const sample of ['first', 'second']) {
      const rows = table.sample!.flatMap((name, row) =>
        name === sample && (table.error![row] as number) > threshold ? [row] : [],
      );
      assert.equal(opening.regions![sample]![id]!.events, rows.length);
    }

    await refused(open(out), hidden, 'blind_opened_before');
    assert.equal(readFileSync(record, 'utf8'), text);
  });
});

test('a seal that was changed, another file and another model are not opened, and stay unopened', async () => {
  await world(async ({ folder, out, hidden }) => {
    await runWell(seal(out), hidden);
    const path = join(out, 'blind', 'one.seal.json');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('"error"', '"error_abs"'));
    await refused(open(out), hidden, 'blind_seal_broken');
    writeFileSync(path, text);

    copyFileSync(sampleFile('mc/wz'), join(hidden, 'second.root'));
    assert.match(await refused(open(out), hidden, 'blind_changed'), /second\.root/);
    copyFileSync(sampleFile('mc/zprime2000_mumu'), join(hidden, 'second.root'));
    await refused(open(out), folder, 'blind_file_missing');
    assert.match(
      await refused(['blind', 'open', 'other', '--run', out], hidden, 'blind_seal_broken'),
      /other\.seal\.json/,
    );

    const retrained = writeConfig(
      folder,
      [shipped('mc/zee', 'background'), shipped('mc/ttbar', 'background')],
      { ...quick, training: { ...quick.training, seed: 2 } },
      'other.yaml',
    );
    await runWell(['run', retrained, '--output', out, '--fresh']);
    assert.ok(existsSync(path), 'a seal outlives --fresh');
    await refused(open(out), hidden, 'blind_changed');
    assert.ok(!existsSync(join(out, 'blind', 'one.opened.json')));
  });
});

test('the report shows what is sealed, what was opened, and seals that cannot be believed', async () => {
  await world(async ({ out, hidden }) => {
    assert.equal(await withReport([out], blindSection), undefined);
    for (const name of ['one', 'two', 'three', 'four']) await runWell(seal(out, name), hidden);
    await runWell(open(out), hidden);
    const folder = join(out, 'blind');
    const changed = join(folder, 'three.seal.json');
    writeFileSync(changed, readFileSync(changed, 'utf8').replace('"error"', '"error_abs"'));
    const { digest } = JSON.parse(readFileSync(join(folder, 'four.seal.json'), 'utf8')) as Seal;
    writeFileSync(join(folder, 'four.opened.json'), JSON.stringify({ state: 'opening', digest }));
    const section = (await withReport([out], blindSection))!;

    const table = (id: string) =>
      section.blocks.find((block) => 'id' in block && block.id === id) as TableBlock;
    assert.deepEqual(
      table('blind-seals').rows.map(([name, state]) => [name, state]),
      [
        ['four', 'opening broke off'],
        ['one', 'opened'],
        ['three', 'not to be believed'],
        ['two', 'sealed'],
      ],
    );
    const verdicts = section.blocks.flatMap((block) => (block.kind === 'verdict' ? [block] : []));
    assert.deepEqual(
      verdicts.map(({ level, text }) => [level, /four|three/.exec(text)?.[0]]),
      [
        ['notice', 'four'],
        ['bad', 'three'],
      ],
    );
    // What is shown is what the opening has on record.
    const opening = JSON.parse(readFileSync(join(folder, 'one.opened.json'), 'utf8')) as Opening;
    const areas = table('blind-one-auc');
    const column = areas.columns.findIndex(({ label }) => label === 'error');
    for (const row of areas.rows) {
      const { auc } = opening.evaluation!.signals[row[0] as string]!.separation.error!;
      assert.ok('value' in auc && auc.value > 0);
      assert.equal((row[column] as { value: number }).value, auc.value);
    }
    assert.equal(areas.rows.length, 2);
    const regions = table('blind-one-regions');
    assert.equal(regions.rows.length, 12);
    for (const [sample, region, , events] of regions.rows)
      assert.equal(events, opening.regions![sample as string]![region as string]!.events);
    assert.ok(!section.blocks.some((block) => 'id' in block && block.id.startsWith('blind-four')));
  });
});

test('a record of an opening that is torn is no second chance, and a name is never a path', async () => {
  await world(async ({ out, hidden }) => {
    await runWell(seal(out), hidden);
    writeFileSync(join(out, 'blind', 'one.opened.json'), '{"state":"ope');
    await refused(open(out), hidden, 'blind_seal_broken');
    for (const name of ['../../escaped', '.hidden', 'a/b', ''])
      await refused(seal(out, name), hidden, 'blind_name_invalid');
    await refused(open(out, '../blind/one'), hidden, 'blind_name_invalid');
    assert.ok(!existsSync(join(out, '..', 'escaped.seal.json')));
  });
});

test('an opening that is killed with -9 goes on to the result of one that was not', async () => {
  await world(async ({ out, hidden }) => {
    for (const name of ['one', 'two']) await runWell(seal(out, name), hidden);
    await runWell(open(out, 'two'), hidden);
    const expected = JSON.parse(readFileSync(join(out, 'blind', 'two.opened.json'), 'utf8')) as Opening;
    const record = join(out, 'blind', 'one.opened.json');
    const { child, result } = startCli(open(out), { cwd: hidden });
    while (!existsSync(record) && child.exitCode === null) await delay(1);
    child.kill('SIGKILL');
    await result;
    await runWell(open(out), hidden);
    const found = JSON.parse(readFileSync(record, 'utf8')) as Opening;
    assert.deepEqual(found.evaluation, expected.evaluation);
    assert.deepEqual(found.regions, expected.regions);
    await refused(open(out), hidden, 'blind_opened_before');
  });
});
