import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { placesOf } from '../../../services/agreement/variable-bins.js';
import { added, total, type VariableCounts } from '../../../services/agreement/variable-counts.js';
import { type ComparedVariables, comparedVariables } from '../../../services/report/compared-variables.js';
import { agreementSection } from '../../../services/report/sections/agreement.js';
import { checksSection } from '../../../services/report/sections/checks.js';
import { periodsSection } from '../../../services/report/sections/periods.js';
import { withReport } from '../../support/report-context.js';
import { quick, runWell, shipped, smallSamples, writeConfig } from '../../support/small-run.js';
import { type PlainTable, readTables } from '../../support/tables.js';

const root = mkdtempSync(join(tmpdir(), 'rmmstream-compared-'));
const out = join(root, 'out');
const samples = [...smallSamples, { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 }];
let rows: PlainTable = {};

before(async () => {
  const settings = { ...quick, features: { ...quick.features, type: 'report35' } };
  await runWell(['run', writeConfig(root, samples, settings), '--output', out]);
  rows = await readTables(join(out, 'scores'));
});
after(() => rmSync(root, { recursive: true, force: true }));

/** Counts of `values` in the bins of a variable, by the plainest means. */
function counted(
  { bins }: VariableCounts,
  isTaken: (row: number) => boolean,
  weight: (row: number) => number,
) {
  const counts = new Float64Array(placesOf(bins));
  const values = rows.mll as number[];
  for (const [row, value] of values.entries()) {
    if (!isTaken(row)) continue;
    const x = bins.scale === 'log10' ? Math.log10(value) : value;
    const bin = Math.floor(((x - bins.low) * bins.count) / (bins.high - bins.low));
    counts[Math.max(0, Math.min(bins.count, bin) + 1)]! += weight(row);
  }
  return counts;
}

const isTest = (row: number) => rows.kind![row] === 'background' && rows.split![row] === 'test';
const isData = (row: number) => rows.kind![row] === 'data';

function near(found: Float64Array, wanted: Float64Array): void {
  assert.equal(found.length, wanted.length);
  for (const [place, value] of wanted.entries())
    assert.ok(Math.abs(found[place]! - value) <= 1e-9 * Math.max(1, Math.abs(value)), `place ${place}`);
}

async function withVariables(use: (compared: ComparedVariables) => void, settings = {}): Promise<void> {
  await withReport(
    [out],
    async (context) => {
      const compared = await comparedVariables(context);
      assert.ok(compared !== undefined);
      use(compared);
    },
    settings,
  );
}

test('event variables and features count the same rows: test background at 1/0.2, and data', async () => {
  await withVariables(({ variables, simulated, sources }) => {
    assert.deepEqual(simulated, ['zee', 'ttbar']);
    assert.ok(sources.length > 1 && sources.every(({ sample, run }) => sample === 'periodA' && run! > 0));
    const both = variables.filter(({ name }) => name === 'mll');
    assert.deepEqual(
      both.map(({ kind }) => kind),
      ['kinematic', 'feature'],
    );
    for (const one of both) {
      const weight = (row: number) => (rows.weight![row] as number) * 5;
      near(one.simulation.sums, counted(one, isTest, weight));
      near(
        one.simulation.squares,
        counted(one, isTest, (row) => weight(row) ** 2),
      );
      near(
        one.simulation.events,
        counted(one, isTest, () => 1),
      );
      near(
        one.bySample[1]!,
        counted(one, (row) => isTest(row) && rows.sample![row] === 'ttbar', weight),
      );
      near(
        added(one.data, placesOf(one.bins)),
        counted(one, isData, () => 1),
      );
      for (const [index, { run }] of sources.entries()) {
        near(
          one.data[index]!,
          counted(
            one,
            (row) => isData(row) && rows.run_number![row] === run,
            () => 1,
          ),
        );
      }
    }
  });
});

test('every variable has every row, in its bins or beside them', async () => {
  const all = (isTaken: (row: number) => boolean) => rows.kind!.filter((_, row) => isTaken(row)).length;
  await withVariables(({ variables }) => {
    assert.ok(variables.length > 35 + 8);
    for (const { name, simulation, data } of variables) {
      assert.equal(total(simulation.events), all(isTest), name);
      assert.equal(total(added(data, simulation.sums.length)), all(isData), name);
    }
  });
});

test('runs beyond the cap are counted together, in their sample', async () => {
  await withVariables(
    ({ sources, runs, variables }) => {
      assert.ok(runs > 1);
      assert.equal(sources.length, 2);
      assert.equal(sources[1]!.run, undefined);
      const [one] = variables;
      assert.equal(
        total(added(one!.data, placesOf(one!.bins))),
        rows.kind!.filter((k) => k === 'data').length,
      );
    },
    { agreement_runs: 1 },
  );
});

test('the sections have plain data, figures that are one svg each, and a row for every variable', async () => {
  await withReport([out], async (context) => {
    for (const make of [checksSection, agreementSection, periodsSection]) {
      const section = await make(context);
      assert.ok(section !== undefined);
      assert.doesNotMatch(JSON.stringify(section.data), /null(?!\w)/, 'no NaN');
      const ids = section.blocks.flatMap((block) => ('id' in block ? [`${block.kind} ${block.id}`] : []));
      assert.equal(new Set(ids).size, ids.length, 'ids are unique');
      for (const block of section.blocks) {
        if (block.kind !== 'figure') continue;
        assert.match(block.svg, /^<svg xmlns=[^>]*viewBox=[\s\S]*<\/svg>$/);
        assert.doesNotMatch(block.svg, /NaN|Infinity|undefined/, block.id);
        assert.doesNotMatch(
          block.svg,
          /(?:fill|stroke)="(?:#|rgb|red|black|steelblue)/,
          'colours by role alone',
        );
      }
    }
    const agreement = await agreementSection(context);
    const compared = await comparedVariables(context);
    const table = agreement!.blocks.find((block) => block.kind === 'table')!;
    assert.equal(table.kind === 'table' && table.rows.length, compared!.variables.length);
  });
});

test('a run without its features still has its kinematics and scores compared', async () => {
  const bare = join(root, 'bare');
  const settings = { ...quick, output: { keep_features: false } };
  await runWell(['run', writeConfig(root, samples, settings, 'bare.yaml'), '--output', bare]);
  await withReport([bare], async (context) => {
    const compared = await comparedVariables(context);
    assert.deepEqual([...new Set(compared!.variables.map(({ kind }) => kind))], ['kinematic', 'score']);
    const section = await agreementSection(context);
    const told = section!.blocks.some((block) => block.kind === 'text' && /keep_features/.test(block.text));
    assert.ok(told);
  });
});

test('a run without data has no such section', async () => {
  const blind = join(root, 'blind');
  await runWell(['run', writeConfig(root, smallSamples, quick, 'blind.yaml'), '--output', blind]);
  await withReport([blind], async (context) => {
    assert.equal(await agreementSection(context), undefined);
    assert.equal(await periodsSection(context), undefined);
    assert.ok((await checksSection(context)) !== undefined);
  });
});
