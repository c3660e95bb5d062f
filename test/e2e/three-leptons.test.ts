/** The whole chain and its report with `selection: {leptons: exactly_3}`. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { loadConfig } from '../../lib/config/index.js';
import type { BumpResult, NoBumpResult } from '../../lib/statistics/bump/bump-result.js';
import { makeReport } from '../../services/report/report.js';
import type { Section } from '../../services/report/section.js';
import { assertClose } from '../golden/physics/compare.js';
import { goldenPath } from '../golden/physics/fixture.js';
import { quietSurroundings } from '../support/inputs.js';
import { runWell, samples, shipped, writeConfig } from '../support/small-run.js';
import { type PlainTable, readTables } from '../support/tables.js';

/** What three-leptons.py writes: entry, flavours and mlll of each event with exactly three leptons, by file. */
type Golden = Readonly<Record<string, readonly (readonly [entry: number, flcomp: string, mlll: number])[]>>;

const golden = JSON.parse(readFileSync(goldenPath('three-leptons.json'), 'utf8')) as Golden;
const folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const three = ['--set', 'selection.leptons=exactly_3', '--set', 'features.min_filled=20'];

async function reportOf(output: string, toys: number): Promise<Map<string, Section>> {
  const { config } = loadConfig({ environment: {}, currentDirectory: tmpdir(), needs: 'none' });
  const { progress, signal } = quietSurroundings();
  const { sections } = await makeReport({
    directories: [output],
    shown: ['out'],
    settings: { ...config.report, bump_toys: toys },
    inputFolder: undefined,
    output: `${output}-report`,
    progress,
    signal,
  });
  assert.ok(existsSync(join(`${output}-report`, 'report.html')));
  return new Map(sections.map((section) => [section.id, section]));
}

/** A number that is not finite has no place in a report. */
function assertFinite(value: unknown, path: string): void {
  if (typeof value === 'number') assert.ok(Number.isFinite(value), `${path} is ${value}`);
  else if (typeof value === 'string') assert.doesNotMatch(value, /\bNaN\b|\bundefined\b|Infinity/, path);
  else if (value !== null && typeof value === 'object')
    for (const [key, inner] of Object.entries(value)) assertFinite(inner, `${path}.${key}`);
}

interface BumpData {
  readonly spectra: readonly ((BumpResult | NoBumpResult) & {
    readonly strengths: { readonly notDefined: string } | { readonly signals: BumpResult['signals'] };
  })[];
}

test('three leptons: events, flavours and mlll are those of the golden selection', async () => {
  const output = join(folder, 'data');
  await runWell(['run', join(samples, 'config.yaml'), '--output', output, ...three]);
  const table: PlainTable = await readTables(join(output, 'scores'));
  for (const [file, expected] of Object.entries(golden)) {
    const name = file.slice(file.indexOf('/') + 1);
    const rows = table.sample!.flatMap((sample, row) => (sample === name ? [row] : []));
    assert.deepEqual(
      rows.map((row) => [Number(table.entry![row]), table.flcomp![row]]),
      expected.map(([entry, flavours]) => [entry, flavours]),
      name,
    );
    rows.forEach((row, index) => {
      assertClose(table.mlll![row] as number, expected[index]![2], 'gev', `${name} mlll`);
      assert.equal(table.n_leptons![row], 3);
      assert.ok(Number.isFinite(table.log10_error![row]));
    });
  }
  assert.deepEqual([...new Set(table.flcomp)].sort(), ['eee', 'eem', 'emm', 'mmm']);

  const sections = await reportOf(output, 20);
  for (const [id, section] of sections) assertFinite(section, id);
  const regions = sections.get('regions')!;
  assert.ok(
    regions.blocks.some(({ kind, ...block }) => kind === 'figure' && 'id' in block && /mlll/.test(block.id)),
  );
  // The shipped data hold three such events.
  const { spectra } = sections.get('bump')!.data as BumpData;
  assert.equal(spectra.length, 14);
  for (const spectrum of spectra) {
    assert.ok('notDefined' in spectrum);
    assert.match(spectrum.notDefined, /the spectrum has 0 events|bins have events, too few/);
  }
  const verdicts = sections.get('agreement')!.blocks.filter(({ kind }) => kind === 'verdict');
  assert.match(JSON.stringify(verdicts), /Whether shapes agree is not defined/);
  assert.doesNotMatch(JSON.stringify(verdicts), /of all 0 variables/);
});

test('three leptons without data: the expected mlll spectrum is searched, and drawn in the regions', async () => {
  const background = ['wz', 'zz', 'higgs_zz', 'ttbar'].map((name) => shipped(`mc/${name}`, 'background'));
  const config = writeConfig(folder, [...background, shipped('mc/c1n2_wz_800_50', 'signal')], {
    training: { epochs: 2, megasets: 1, batch_events: 256, train_fraction: 0.3 },
    engine: { workers: 2 },
  });
  const output = join(folder, 'expected');
  await runWell(['run', config, '--output', output, ...three]);
  const sections = await reportOf(output, 20);
  for (const [id, section] of sections) assertFinite(section, id);
  const bump = sections.get('bump')!;
  const { spectra } = bump.data as BumpData;
  const [inclusive] = spectra.filter(({ observable }) => observable === 'mlll');
  assert.ok(inclusive !== undefined && 'counts' in inclusive, JSON.stringify(inclusive));
  assert.equal(inclusive.kind, 'expected');
  const table = await readTables(join(output, 'scores'));
  let expected = 0;
  table.mlll!.forEach((mass, row) => {
    if (table.kind![row] === 'background' && table.split![row] === 'test' && (mass as number) >= 200)
      expected += (table.weight![row] as number) / 0.7;
  });
  // Bins of a negative sum are taken as empty.
  assert.ok(inclusive.events >= expected * (1 - 1e-9), `${inclusive.events}, ${expected}`);
  if (inclusive.negativeBins === 0) assert.ok(Math.abs(inclusive.events / expected - 1) < 1e-9);
  assert.ok(bump.blocks.some((block) => block.kind === 'figure' && block.id === 'bump-mlll-inclusive'));
  assert.match(JSON.stringify(bump.blocks[0]), /There are no data/);
});
